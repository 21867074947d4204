#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/ordered.h"
#include "util/rng.h"

#define ITEMS 500
#define THREADS_MAX 16

struct run {
	size_t threads, stop_after; /* SIZE_MAX: never */
	size_t stream_every;        /* 0: no item waits for its turn */
	uint64_t seed;
	atomic_size_t worked[ITEMS]; /* 1 after work() */
	atomic_size_t turns;
	atomic_size_t waiting, waiting_max; /* finished, had no turn */
	atomic_size_t refused;              /* ordered_wait said false */
	atomic_bool output_taken;
	atomic_bool in_caller; /* all work() ran in the calling thread */
	pthread_t caller;
	bool workers[THREADS_MAX]; /* busy now */
};

static void
take_output(struct run *r)
{
	assert_false(atomic_exchange(&r->output_taken, true));
}

static void
give_output(struct run *r)
{
	assert_true(atomic_exchange(&r->output_taken, false));
}

static void
doze(struct run *r, size_t item)
{
	struct rng g;

	rng_seed(&g, r->seed, item);
	nanosleep(&(struct timespec){ 0, (long)rng_below(&g, 300000) }, NULL);
}

static void
work(void *arg, struct ordered *o, size_t item, size_t worker)
{
	struct run *r = arg;

	assert_true(worker < r->threads);
	assert_false(r->workers[worker]);
	r->workers[worker] = true;
	if (!pthread_equal(r->caller, pthread_self()))
		r->in_caller = false;
	doze(r, item);
	if (r->stream_every && item % r->stream_every == 0) {
		if (ordered_wait(o, item)) {
			take_output(r);
			assert_int_equal(atomic_load(&r->turns), item);
			doze(r, item + ITEMS);
			give_output(r);
		} else {
			atomic_fetch_add(&r->refused, 1);
		}
	}
	atomic_fetch_add(&r->worked[item], 1);
	size_t n = atomic_fetch_add(&r->waiting, 1) + 1;

	if (n > atomic_load(&r->waiting_max))
		atomic_store(&r->waiting_max, n);
	r->workers[worker] = false;
}

static bool
turn(void *arg, size_t item)
{
	struct run *r = arg;

	take_output(r);
	assert_int_equal(atomic_load(&r->turns), item);
	assert_int_equal(atomic_load(&r->worked[item]), 1);
	atomic_fetch_sub(&r->waiting, 1);
	give_output(r);
	return atomic_fetch_add(&r->turns, 1) != r->stop_after;
}

static const struct ordered_ops ops = { work, turn };

static void
go(struct run *r)
{
	r->caller = pthread_self();
	r->in_caller = true;
	ordered_run(&ops, r, ITEMS, r->threads);
}

static void
every_item_has_one_turn_in_order(void **state)
{
	static const size_t threads[] = { 1, 2, 3, 16 };

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		struct run r = { .threads = threads[i % 4],
			.stop_after = SIZE_MAX,
			.stream_every = i / 4,
			.seed = i };

		go(&r);
		assert_int_equal(r.turns, ITEMS);
		for (size_t j = 0; j < ITEMS; j++)
			assert_int_equal(r.worked[j], 1);
		/* the bound, and the one whose turn is being taken */
		assert_in_range(r.waiting_max, 1, 2 * r.threads);
		assert_int_equal(r.in_caller, r.threads == 1);
	}
}

static void
a_stop_ends_the_run_soon(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct run r = { .threads = 1 + i * 2,
			.stop_after = 20,
			.stream_every = i % 3,
			.seed = i };
		size_t begun = 0;

		go(&r);
		assert_int_equal(r.turns, 21);
		for (size_t j = 0; j < ITEMS; j++)
			begun += r.worked[j];
		assert_in_range(begun, 21, 21 + 2 * r.threads);
	}
}

static void
nothing_and_little_to_do_end(void **state)
{
	struct run r = { .threads = 8, .stop_after = SIZE_MAX };

	(void)state;
	ordered_run(&ops, &r, 0, 8);
	assert_int_equal(r.turns, 0);
	ordered_run(&ops, &r, 2, 8);
	assert_int_equal(r.turns, 2);
}

/* No more threads: the caller does it all. */
static void
a_run_needs_no_second_thread(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		pthread_attr_t huge;
		struct run r = {
			.threads = 4, .stop_after = SIZE_MAX, .stream_every = 3
		};

		/* a stack that does not fit in the address space */
		pthread_attr_init(&huge);
		pthread_attr_setstacksize(&huge, (size_t)1 << 50);
		pthread_setattr_default_np(&huge);
		go(&r);
		_exit(r.turns == ITEMS && r.in_caller ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_item_has_one_turn_in_order),
		cmocka_unit_test(a_stop_ends_the_run_soon),
		cmocka_unit_test(nothing_and_little_to_do_end),
		cmocka_unit_test(a_run_needs_no_second_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
