/*
 * report_bars.c - the use of codes as a row of bars: heights and characters.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/bars.h"

static size_t
heights(const char *json, double height[BARS_COLS])
{
	json_t *stage = json_loads(json, 0, NULL);
	size_t cols;

	assert_non_null(stage);
	cols = bars_heights(stage, height);
	json_decref(stage);
	return cols;
}

static void
is_text(const char *json, bool utf8, const char *want)
{
	json_t *stage = json_loads(json, 0, NULL);
	char *text = bars_text(stage, utf8);

	if (want)
		assert_string_equal(text, want);
	else
		assert_null(text);
	free(text);
	json_decref(stage);
}

static const char four[] =
	"{\"codes\": 4, \"used\": 3, \"curve\": ["
	"{\"rank\": 1, \"count\": 128}, {\"rank\": 2, \"count\": 8},"
	"{\"rank\": 3, \"count\": 1}, {\"rank\": 4, \"count\": 0}]}";

static void
few_codes_have_a_bar_each(void **state)
{
	double height[BARS_COLS];

	(void)state;
	assert_int_equal(heights(four, height), 4);
	assert_float_equal(height[0], 1, 1e-12);
	assert_float_equal(height[1], 4. / 8, 1e-12);
	assert_float_equal(height[2], 1. / 8, 1e-12);
	assert_float_equal(height[3], 0, 0);
	is_text(four, true, "\u2588\u2584\u2581\u00b7");
	is_text(four, false, "#+_.");
}

static void
many_codes_share_the_columns(void **state)
{
	double height[BARS_COLS];

	(void)state;
	/* Ranks 1 to 400 of 800 hit; the curve knows five of them. */
	assert_int_equal(
		heights("{\"codes\": 800, \"used\": 400, \"curve\": ["
			"{\"rank\": 1, \"count\": 64}, {\"rank\": 26, "
			"\"count\": 32}, {\"rank\": 60, \"count\": 4},"
			"{\"rank\": 399, \"count\": 1}, {\"rank\": 800, "
			"\"count\": 0}]}",
			height),
		BARS_COLS);
	assert_float_equal(height[0], 1, 1e-12);
	assert_float_equal(height[1], 6. / 7, 1e-12);
	assert_float_equal(height[2], 6. / 7, 1e-12);
	assert_float_equal(height[3], 3. / 7, 1e-12);
	assert_float_equal(height[15], 3. / 7, 1e-12);
	for (size_t i = 16; i < BARS_COLS; i++)
		assert_float_equal(height[i], 0, 0);
}

static void
what_is_not_known_has_no_bars(void **state)
{
	(void)state;
	is_text("{}", true, NULL);
	is_text("{\"codes\": 4, \"used\": 0, \"curve\": []}", true, NULL);
	is_text("{\"codes\": 4, \"used\": 1}", true, NULL);
	is_text("{\"codes\": 4, \"used\": 0, \"curve\": "
		"[{\"rank\": 1, \"count\": 0}]}",
		true, NULL);
	/* Without k there are the codes that were hit. */
	is_text("{\"codes\": null, \"used\": 1, \"curve\": "
		"[{\"rank\": 1, \"count\": 1}]}",
		false, "#");
}

static void
the_locale_of_the_environment_decides(void **state)
{
	(void)state;
	setenv("LC_ALL", "C", 1);
	assert_false(bars_utf8());
	setenv("LC_ALL", "C.UTF-8", 1);
	assert_true(bars_utf8());
	setenv("LC_ALL", "no_SUCH", 1);
	assert_false(bars_utf8());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_codes_have_a_bar_each),
		cmocka_unit_test(many_codes_share_the_columns),
		cmocka_unit_test(what_is_not_known_has_no_bars),
		cmocka_unit_test(the_locale_of_the_environment_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
