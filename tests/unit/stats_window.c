/*
 * stats_window.c - what came to counts since the last look.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/window.h"

static void
steps_add_up(void **state)
{
	uint64_t now[6] = { 3, 0, 5 };
	struct window w = { 0 };

	(void)state;
	window_step(&w, now, 0);
	assert_int_equal(w.total, 0);
	window_step(&w, now, 3);
	assert_int_equal(w.total, 8);
	assert_int_equal(w.added[2], 5);
	window_step(&w, now, 3);
	assert_int_equal(w.total, 0);
	assert_int_equal(w.added[0], 0);
	now[1] = 7;
	now[5] = 1; /* counts that were not there before */
	window_step(&w, now, 6);
	assert_int_equal(w.total, 8);
	assert_int_equal(w.added[0], 0);
	assert_int_equal(w.added[1], 7);
	assert_int_equal(w.added[5], 1);
	window_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(steps_add_up) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
