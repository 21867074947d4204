#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "util/err.h"

static void
errors_are_put_together(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(err_set(&e, "row %d is bad", 3), -1);
	assert_string_equal(e.msg, "row 3 is bad");
	assert_int_equal(err_wrap(&e, "%s", "a.npy"), -1);
	assert_string_equal(e.msg, "a.npy: row 3 is bad");
	errno = ENOENT;
	assert_int_equal(err_sys(&e, "cannot open %s", "x"), -1);
	assert_string_equal(e.msg, "cannot open x: No such file or directory");
}

static void
long_errors_are_cut_not_overrun(void **state)
{
	struct err e;
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	errno = EIO;
	err_sys(&e, "%s", text);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	err_wrap(&e, "%s", "front");
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	assert_memory_equal(e.msg, "front: xxx", 10);
	err_wrap(&e, "%s", text);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_put_together),
		cmocka_unit_test(long_errors_are_cut_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
