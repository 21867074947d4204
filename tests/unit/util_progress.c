#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "util/progress.h"

static char seen[65536];

/*
 * Run body in a child whose stderr is a pseudo-terminal or a pipe, and
 * gather what it wrote in seen.
 */
static void
watch(void (*body)(void), int terminal)
{
	int ends[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	if (terminal) {
		ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
		assert_true(ends[0] >= 0);
		assert_int_equal(grantpt(ends[0]) | unlockpt(ends[0]), 0);
		ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
	} else {
		assert_int_equal(pipe(ends), 0);
	}
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 2);
		body();
		_exit(0);
	}
	close(ends[1]);
	while (n < sizeof(seen) - 1 &&
		(got = read(ends[0], seen + n, sizeof(seen) - 1 - n)) > 0)
		n += (size_t)got;
	seen[n] = '\0';
	close(ends[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void
rest(int ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
}

/* Work of 1.5 seconds with an update each 10 ms and one message. */
static void
work(void)
{
	progress_start("training", "steps", 200);
	for (size_t i = 0; i < 150; i++) {
		rest(10);
		progress_update(i + 1, "loss 0.5");
	}
	say_note("half way");
	progress_end();
}

static void
loud(void)
{
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	say_init("vq-test", false, false);
	work();
}

static void
before(void)
{
	say_warning("nobody asked");
	say_note("nobody asked");
	say_verbose("nobody asked");
}

static void
quiet(void)
{
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	say_init("vq-test", true, false);
	work();
}

static void
dumb(void)
{
	setenv("TERM", "dumb", 1);
	say_init("vq-test", false, false);
	work();
}

static void
no_color(void)
{
	setenv("TERM", "xterm", 1);
	setenv("NO_COLOR", "1", 1);
	say_init("vq-test", false, false);
	work();
}

static void
messages(void)
{
	say_init("vq-test", false, false);
	say_error("a\033[2J\n%s\xff", "bad\nkey");
	say_error(NULL, "it failed");
	say_warning("%d codes", 3);
	say_note("k is %d", 4);
	say_verbose("never");
	say_init("vq-test", true, true);
	say_note("never");
	say_verbose("always");
	say_warning("w");
}

static void
a_terminal_sees_a_line_a_few_times_a_second(void **state)
{
	struct timespec begin, end;
	size_t drawn = 0;
	double seconds;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	watch(loud, 1);
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - begin.tv_sec) +
		1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
	for (const char *p = seen; (p = strstr(p, "training: ")); p++)
		drawn++;
	/* Half a second, or longer where the machine is busy. */
	assert_in_range(drawn, 1, (size_t)(5 * seconds) + 2);
	assert_non_null(strstr(seen, " steps/s, "));
	assert_non_null(strstr(seen, "%"));
	assert_non_null(strstr(seen, " left, loss 0.5"));
	/* cleared before the message, and nothing after it */
	assert_non_null(strstr(seen, "\r\033[Kvq-test: half way\r\n"));
	assert_null(strstr(strstr(seen, "half way"), "training"));
}

static void
others_see_no_progress(void **state)
{
	(void)state;
	watch(loud, 0);
	assert_string_equal(seen, "vq-test: half way\n");
	watch(quiet, 1);
	assert_string_equal(seen, "");
	watch(before, 0);
	assert_string_equal(seen, "");
	watch(dumb, 1);
	assert_string_equal(seen, "vq-test: half way\r\n");
	watch(no_color, 1);
	assert_string_equal(seen, "vq-test: half way\r\n");
}

static void
messages_have_one_shape_and_no_control_bytes(void **state)
{
	(void)state;
	watch(messages, 0);
	assert_string_equal(seen,
		"vq-test: a%1B[2J%0A%s%FF: bad%0Akey\n"
		"vq-test: it failed\n"
		"vq-test: warning: 3 codes\n"
		"vq-test: k is 4\n"
		"vq-test: always\n"
		"vq-test: warning: w\n");
}

static void *
shout(void *arg)
{
	for (int i = 0; i < 100; i++) {
		say_error(arg, "reason");
		progress_update((size_t)i, NULL);
	}
	return NULL;
}

static void
choir(void)
{
	pthread_t t[8];

	say_init("vq-test", false, false);
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, shout, "item");
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
}

static void
lines_of_threads_do_not_mix(void **state)
{
	size_t lines = 0;

	(void)state;
	watch(choir, 0);
	for (char *l = strtok(seen, "\n"); l; l = strtok(NULL, "\n")) {
		assert_string_equal(l, "vq-test: item: reason");
		lines++;
	}
	assert_int_equal(lines, 800);
}

/* With nothing open a file is none of the three, and both ends are errors. */
static void
open_without_stdio(void)
{
	char c = 'x';
	int fd, out;

	for (fd = 0; fd < 3; fd++)
		close(fd);
	say_init("prog", false, false);
	fd = open("/dev/null", O_RDWR);
	say_error(NULL, "to nobody");
	out = fd > 2 && read(0, &c, 1) < 0 && write(1, &c, 1) < 0 ? 0 : 1;
	_exit(out);
}

static void
no_file_gets_the_number_of_a_closed_stream(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		open_without_stdio();
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void
twice(void)
{
	say_init("vq-test", false, false);
	say_note("%d codes", 4);
	say_note("%d codes", 4);
	say_once();
	for (int i = 0; i < 3; i++) {
		say_note("%d codes", 5);
		say_warning("%d codes", 6 + i);
		say_error("item", "is bad");
	}
}

static void
what_was_said_is_not_said_again_on_request(void **state)
{
	(void)state;
	watch(twice, 0);
	assert_string_equal(seen,
		"vq-test: 4 codes\nvq-test: 4 codes\n"
		"vq-test: 5 codes\nvq-test: warning: 6 codes\n"
		"vq-test: item: is bad\nvq-test: warning: 7 codes\n"
		"vq-test: item: is bad\nvq-test: warning: 8 codes\n"
		"vq-test: item: is bad\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_sees_a_line_a_few_times_a_second),
		cmocka_unit_test(others_see_no_progress),
		cmocka_unit_test(messages_have_one_shape_and_no_control_bytes),
		cmocka_unit_test(lines_of_threads_do_not_mix),
		cmocka_unit_test(no_file_gets_the_number_of_a_closed_stream),
		cmocka_unit_test(what_was_said_is_not_said_again_on_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
