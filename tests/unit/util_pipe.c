/* Pipes hold more; what is no pipe stays as it is. */
#include <fcntl.h>

#include "numbers.h"
#include "util/pipe.h"

static void
a_pipe_holds_more(void **state)
{
	int ends[2], before;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	before = fcntl(ends[0], F_GETPIPE_SZ);
	pipe_widen(ends[0]);
	if (fcntl(ends[1], F_GETPIPE_SZ) == before && before < PIPE_BYTES) {
		print_message("# this user may not have larger pipes\n");
		skip();
	}
	assert_true(fcntl(ends[1], F_GETPIPE_SZ) >= PIPE_BYTES);
	close(ends[0]);
	close(ends[1]);
}

static void
a_larger_pipe_stays_so(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	if (fcntl(ends[0], F_SETPIPE_SZ, 2 * PIPE_BYTES) < 2 * PIPE_BYTES)
		skip();
	pipe_widen(ends[1]);
	assert_int_equal(fcntl(ends[0], F_GETPIPE_SZ), 2 * PIPE_BYTES);
	close(ends[0]);
	close(ends[1]);
}

static void
others_are_left_alone(void **state)
{
	int fd = open("/dev/null", O_WRONLY);

	(void)state;
	pipe_widen(fd);
	pipe_widen(-1);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_holds_more),
		cmocka_unit_test(a_larger_pipe_stays_so),
		cmocka_unit_test(others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
