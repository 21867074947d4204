#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <locale.h>
#include <math.h>
#include <cmocka.h>

#include "util/num.h"

static void
sizes_are_whole_numbers_with_one_suffix(void **state)
{
	static const struct {
		const char *text;
		enum num_unit unit;
		size_t value;
	} t[] = {
		{ "0", NUM_BINARY, 0 },
		{ "007", NUM_DECIMAL, 7 },
		{ "64k", NUM_BINARY, 65536 },
		{ "64K", NUM_DECIMAL, 64000 },
		{ "3M", NUM_BINARY, 3145728 },
		{ "3M", NUM_DECIMAL, 3000000 },
		{ "2G", NUM_BINARY, 2147483648 },
		{ "18446744073709551615", NUM_BINARY, SIZE_MAX },
		{ "17179869183G", NUM_BINARY, (size_t)17179869183 << 30 },
	};
	size_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		assert_int_equal(num_size(t[i].text, t[i].unit, &v), 0);
		assert_int_equal(v, t[i].value);
	}
}

static void
what_is_no_size_is_refused(void **state)
{
	static const char *const t[] = { "", "-1", "+1", " 1", "1 ", "1kk",
		"1ki", "k", "0x10", "1e3", "1.5", "12abc", "1m", "1g",
		"18446744073709551616", "99999999999999999999999",
		"17179869184G", "\xd9\xa1" };
	size_t v = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		if (num_size(t[i], NUM_BINARY, &v) != -1)
			fail_msg("'%s' passed", t[i]);
	assert_int_equal(v, 77);
}

static void
reals_are_finite_and_whole_texts(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "1,5", "nan", "inf",
		"-inf", "0x1p3", "1e999", "1e", "e5", ".", "1f", "--1", "1k" };
	double v = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (num_real(bad[i], &v) != -1)
			fail_msg("'%s' passed", bad[i]);
	assert_true(v == 77);
	assert_int_equal(num_real("1e-3", &v), 0);
	assert_true(v == 1e-3);
	assert_int_equal(num_real("-0.5", &v), 0);
	assert_true(v == -0.5);
	assert_int_equal(num_real("+.25", &v), 0);
	assert_true(v == 0.25);
}

static void
durations_are_numbers_with_a_unit(void **state)
{
	static const char *const bad[] = { "", "s", "30", "0s", "-1m", "1 m",
		"1ms", "1M", "m30", "1e308d", "inf", "1h30m", "nans" };
	double v = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (num_duration(bad[i], &v) != -1)
			fail_msg("'%s' passed", bad[i]);
	assert_true(v == 77);
	assert_int_equal(num_duration("90s", &v), 0);
	assert_true(v == 90);
	assert_int_equal(num_duration("30m", &v), 0);
	assert_true(v == 1800);
	assert_int_equal(num_duration("1.5h", &v), 0);
	assert_true(v == 5400);
	assert_int_equal(num_duration("2d", &v), 0);
	assert_true(v == 172800);
}

static void
a_locale_changes_nothing(void **state)
{
	double v;

	(void)state;
	if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
		print_message("no German locale here\n");
		skip();
	}
	assert_int_equal(num_real("0.5", &v), 0);
	assert_true(v == 0.5);
	assert_int_equal(num_real("0,5", &v), -1);
	setlocale(LC_ALL, "C");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_whole_numbers_with_one_suffix),
		cmocka_unit_test(what_is_no_size_is_refused),
		cmocka_unit_test(reals_are_finite_and_whole_texts),
		cmocka_unit_test(durations_are_numbers_with_a_unit),
		cmocka_unit_test(a_locale_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
