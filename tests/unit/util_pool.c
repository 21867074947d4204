#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/mem.h"
#include "util/pool.h"

struct job {
	size_t threads;
	atomic_size_t *seen; /* [chunks] */
	atomic_bool busy[16];
	atomic_size_t others; /* chunks not done by the caller */
	pthread_t caller;
};

static void
count(void *arg, size_t chunk, size_t worker)
{
	struct job *j = arg;

	assert_true(worker < j->threads);
	assert_false(atomic_exchange(&j->busy[worker], true));
	atomic_fetch_add(&j->seen[chunk], 1);
	if (!pthread_equal(j->caller, pthread_self()))
		atomic_fetch_add(&j->others, 1);
	atomic_store(&j->busy[worker], false);
}

/* Returns how many chunks other threads did. */
static size_t
run(struct pool *p, size_t chunks)
{
	struct job j = { .threads = pool_threads(p), .caller = pthread_self() };

	j.seen = mem_zalloc(chunks, sizeof(*j.seen));
	pool_run(p, chunks, count, &j);
	for (size_t i = 0; i < chunks; i++)
		assert_int_equal(j.seen[i], 1);
	free(j.seen);
	return j.others;
}

static void
every_chunk_is_done_once(void **state)
{
	(void)state;
	for (size_t threads = 1; threads <= 16; threads += 3) {
		struct pool *p = pool_open(threads);

		assert_int_equal(pool_threads(p), threads);
		for (size_t chunks = 0; chunks < 300; chunks += 13)
			run(p, chunks);
		for (int i = 0; i < 2000; i++) /* the rounds do not mix */
			run(p, 3);
		pool_close(p);
	}
}

static void
no_pool_means_this_thread(void **state)
{
	(void)state;
	assert_null(pool_open(1));
	assert_int_equal(pool_threads(NULL), 1);
	assert_int_equal(run(NULL, 50), 0);
	pool_close(NULL);
}

static void
meet(void *arg, size_t chunk, size_t worker)
{
	(void)chunk;
	(void)worker;
	pthread_barrier_wait(arg);
}

/* All four chunks must be at work at once, or this never ends. */
static void
chunks_really_run_side_by_side(void **state)
{
	struct pool *p = pool_open(4);
	pthread_barrier_t all;

	(void)state;
	pthread_barrier_init(&all, NULL, 4);
	alarm(60);
	pool_run(p, 4, meet, &all);
	alarm(0);
	pthread_barrier_destroy(&all);
	pool_close(p);
}

static void
cores_are_those_this_process_may_use(void **state)
{
	cpu_set_t all, one;
	struct pool *p;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(pool_cores(), CPU_COUNT(&all));
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(pool_cores(), 1);
	p = pool_open(0);
	assert_int_equal(pool_threads(p), 1);
	pool_close(p);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

/* Without a second thread the work is the same. */
static void
a_pool_without_threads_works(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		pthread_attr_t huge;
		struct pool *p;

		/* a stack that does not fit in the address space */
		pthread_attr_init(&huge);
		pthread_attr_setstacksize(&huge, (size_t)1 << 50);
		pthread_setattr_default_np(&huge);
		p = pool_open(4);
		if (pool_threads(p) != 1 || run(p, 100) != 0)
			_exit(1);
		pool_close(p);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_chunk_is_done_once),
		cmocka_unit_test(no_pool_means_this_thread),
		cmocka_unit_test(chunks_really_run_side_by_side),
		cmocka_unit_test(cores_are_those_this_process_may_use),
		cmocka_unit_test(a_pool_without_threads_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
