/* Signals that wait for a step of work to end. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/stop.h"

/* What became of a child that does this: its exit status, or -signal. */
static int
child(void (*what)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		what();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void
one_signal(void)
{
	stop_begin();
	if (stop_asked() != 0)
		_exit(1);
	raise(SIGTERM);
	if (stop_asked() != SIGTERM)
		_exit(2);
	if (stop_end() != SIGTERM)
		_exit(3);
	_exit(42);
}

static void
two_signals(void)
{
	stop_begin();
	raise(SIGINT);
	usleep(400000);
	raise(SIGINT);
	_exit(1);
}

/* As timeout(1) does it. */
static void
one_sent_twice(void)
{
	stop_begin();
	raise(SIGTERM);
	raise(SIGTERM);
	_exit(stop_end() == SIGTERM ? 42 : 1);
}

static void
a_signal_after_the_end(void)
{
	stop_begin();
	stop_end();
	raise(SIGINT);
	_exit(1);
}

static void
an_ignored_signal(void)
{
	signal(SIGINT, SIG_IGN);
	stop_begin();
	raise(SIGINT);
	_exit(stop_asked() == 0 ? 42 : 1);
}

static void
it_begins_anew(void)
{
	stop_begin();
	raise(SIGINT);
	stop_end();
	stop_begin();
	_exit(stop_asked() == 0 ? 42 : 1);
}

static void
a_signal_is_noted_and_the_second_acts(void **state)
{
	(void)state;
	assert_int_equal(child(one_signal), 42);
	assert_int_equal(child(two_signals), -SIGINT);
	assert_int_equal(child(one_sent_twice), 42);
	assert_int_equal(child(a_signal_after_the_end), -SIGINT);
	assert_int_equal(child(an_ignored_signal), 42);
	assert_int_equal(child(it_begins_anew), 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_is_noted_and_the_second_acts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
