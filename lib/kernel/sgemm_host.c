#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/sgemm_host.h"
#include "util/mem.h"

/* Only programs may have what runs before the libraries are started; this file
 * is no part of the library that others link (lib/vq). */
#ifdef __GLIBC__

static cpu_set_t ours;
/* Volatile, for a compiler may think that nothing runs before a constructor. */
static volatile bool confined;

/*
 * Sanitizers are not ready yet, nor is getenv: what OPENBLAS_NUM_THREADS would
 * say, the number of processors must.
 */
__attribute__((no_sanitize("address", "thread", "undefined"))) static void
confine(void)
{
	static cpu_set_t one; /* all-zero */

	if (syscall(SYS_sched_getaffinity, 0, sizeof(ours), &ours) <= 0)
		return;
	for (size_t i = 0; i < CPU_SETSIZE && !confined; i++) {
		if (!CPU_ISSET(i, &ours))
			continue;
		CPU_SET(i, &one);
		confined = syscall(SYS_sched_setaffinity, 0, sizeof(one),
				   &one) == 0;
	}
}

__attribute__((section(".preinit_array"), used)) static void (*const before)(
	void) = confine;

__attribute__((constructor)) static void
release(void)
{
	if (confined)
		syscall(SYS_sched_setaffinity, 0, sizeof(ours), &ours);
}

#endif

/* Of OpenBLAS 0.3 on x86-64: BUFFER_SIZE, and what malloc adds. */
#define BUFFER_BYTES (((size_t)128 << 20) + 65536)

/*
 * OpenBLAS has at most as many buffers as calls ever ran at once, and keeps
 * them.  So that it has room for one a caller, what is missing is set aside,
 * and given up right before a call that may be the first to need it.  Until that
 * call ends nobody sets memory aside, which might be what was just given up.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t callers; /* threads that have called and live */
static void **aside;   /* [kept], never touched */
static size_t kept;
static atomic_size_t running, most;
static pthread_key_t caller;
static size_t taking; /* calls that memory was given up for */
static pthread_cond_t taken = PTHREAD_COND_INITIALIZER;
static _Thread_local bool takes;

static void
leave(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	callers--;
	if (kept && atomic_load(&most) + kept > callers)
		free(aside[--kept]);
	pthread_mutex_unlock(&lock);
}

static void
make_key(void)
{
	pthread_key_create(&caller, leave);
}

static void
join(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_key);
	if (pthread_getspecific(caller))
		return;
	pthread_mutex_lock(&lock);
	while (taking)
		pthread_cond_wait(&taken, &lock);
	if (atomic_load(&most) + kept < ++callers) {
		aside = mem_grow(aside, kept + 1, sizeof(*aside));
		aside[kept++] = mem_alloc(1, BUFFER_BYTES);
	}
	pthread_mutex_unlock(&lock);
	pthread_setspecific(caller, &caller);
}

static void
make_room(size_t n)
{
	pthread_mutex_lock(&lock);
	if (n > atomic_load(&most)) {
		atomic_store(&most, n);
		if (kept) {
			free(aside[--kept]);
			taking++;
			takes = true;
		}
	}
	pthread_mutex_unlock(&lock);
}

static void
end_taking(void)
{
	takes = false;
	pthread_mutex_lock(&lock);
	if (--taking == 0)
		pthread_cond_broadcast(&taken);
	pthread_mutex_unlock(&lock);
}

void
sgemm_host_enter(void)
{
	size_t n;

	join();
	n = atomic_fetch_add(&running, 1) + 1;
	if (n > atomic_load(&most))
		make_room(n);
}

void
sgemm_host_leave(void)
{
	if (takes)
		end_taking();
	atomic_fetch_sub(&running, 1);
}
