/* A thread leaves signals to the main one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/thread.h"

static void *
keep_mask(void *arg)
{
	pthread_sigmask(SIG_BLOCK, NULL, arg);
	return NULL;
}

static void
signals_are_blocked_in_the_thread_alone(void **state)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t before, in, after;
	pthread_t t;

	(void)state;
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	assert_int_equal(thread_start(&t, keep_mask, &in), 0);
	pthread_join(t, NULL);
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		assert_int_equal(sigismember(&in, ours[i]), 1);
		assert_int_equal(sigismember(&after, ours[i]),
			sigismember(&before, ours[i]));
	}
	assert_int_equal(sigismember(&in, SIGPIPE), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_blocked_in_the_thread_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
