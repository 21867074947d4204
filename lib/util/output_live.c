#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/output_live.h"

#define SLOTS 64

struct output_live {
	pid_t maker;
	char *path;
};

/*
 * Lock-free, since a signal handler reads it at any moment: who takes one out
 * by an atomic exchange owns it.  Chunks stay for good.
 */
struct chunk {
	_Atomic(struct output_live *) file[SLOTS];
	_Atomic(struct chunk *) next;
};
static struct chunk live;

/*
 * A file that one thread makes while another sweeps would stay: the sweep
 * waits for those under way, and from then on nobody begins one.
 */
static atomic_int making;
static atomic_bool dying;

/* Until the process ends, which another thread sees to. */
static _Noreturn void
stand_still(void)
{
	for (;;)
		pause();
}

/* For a second at most: a file system may hang. */
static void
wait_for_makers(void)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	atomic_store(&dying, true);
	for (int i = 0; i < 1000 && atomic_load(&making) > 0; i++)
		nanosleep(&ms, NULL);
}

static void
sweep(void)
{
	pid_t self = getpid();

	wait_for_makers();
	for (struct chunk *c = &live; c; c = atomic_load(&c->next)) {
		for (size_t i = 0; i < SLOTS; i++) {
			struct output_live *t =
				atomic_exchange(&c->file[i], NULL);

			if (t && t->maker == self)
				unlink(t->path);
		}
	}
}

static void
die(int sig)
{
	sigset_t set;

	sweep();
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}

static void
install(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction now, was;

	atexit(sweep);
	(void)at_quick_exit(sweep);
	memset(&now, 0, sizeof(now));
	now.sa_handler = die;
	sigfillset(&now.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		/* what the parent ignores (nohup) stays ignored */
		if (sigaction(signals[i], NULL, &was) == 0 &&
			was.sa_handler == SIG_DFL)
			sigaction(signals[i], &now, NULL);
}

static bool
enter_chunk(struct chunk *c, struct output_live *t)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct output_live *none = NULL;

		if (atomic_compare_exchange_strong(&c->file[i], &none, t))
			return true;
	}
	return false;
}

static void
enter(struct output_live *t)
{
	struct chunk *c = &live, *next, *fresh;

	while (!enter_chunk(c, t)) {
		next = atomic_load(&c->next);
		if (!next) {
			fresh = mem_zalloc(1, sizeof(*fresh));
			if (atomic_compare_exchange_strong(
				    &c->next, &next, fresh))
				next = fresh;
			else
				free(fresh);
		}
		c = next;
	}
}

void
output_live_ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
}

struct output_live *
output_live_begin(char *path)
{
	struct output_live *t = mem_alloc(1, sizeof(*t));

	output_live_ready();
	*t = (struct output_live){ getpid(), path };
	enter(t);
	return t;
}

/* A handler that interrupts this would wait for it: none does. */
int
output_live_make(
	const struct output_live *t, int (*make)(const char *, int), int arg)
{
	sigset_t all, before;
	int got, why;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	atomic_fetch_add(&making, 1);
	if (atomic_load(&dying)) {
		atomic_fetch_sub(&making, 1);
		stand_still();
	}
	got = make(t->path, arg);
	why = errno;
	atomic_fetch_sub(&making, 1);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = why;
	return got;
}

void
output_live_swept(void)
{
	if (errno == ENOENT && atomic_load(&dying))
		stand_still();
}

const char *
output_live_path(const struct output_live *t)
{
	return t->path;
}

/* Where a signal handler was quicker, it stays as it is. */
void
output_live_end(struct output_live *t)
{
	for (struct chunk *c = &live; c; c = atomic_load(&c->next)) {
		for (size_t i = 0; i < SLOTS; i++) {
			struct output_live *mine = t;

			if (atomic_compare_exchange_strong(
				    &c->file[i], &mine, NULL)) {
				free(t->path);
				free(t);
				return;
			}
		}
	}
}
