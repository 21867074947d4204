/* Where ticks stand, and what they are called. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/axis.h"

/* The ticks by name, with blanks between. */
static const char *
ticks(struct axis a, double low, double high, size_t about)
{
	static char all[AXIS_TICKS_MAX * AXIS_TEXT_MAX];

	axis_fit(&a, low, high, about);
	all[0] = '\0';
	for (size_t i = 0; i < a.ticks; i++) {
		char one[AXIS_TEXT_MAX];

		axis_text(a.tick[i], one);
		strcat(strcat(all, i ? " " : ""), one);
	}
	return all;
}

static void
ticks_are_round(void **state)
{
	const struct axis plain = { 0 }, whole = { .whole = true };
	const struct axis exact = { .exact = true }, zero = { .zero = true };

	(void)state;
	assert_string_equal(ticks(plain, 0, 1, 5), "0 0.2 0.4 0.6 0.8 1");
	assert_string_equal(
		ticks(plain, 0.1, 0.32, 5), "0.1 0.15 0.2 0.25 0.3 0.35");
	assert_string_equal(ticks(zero, 90, 100, 5), "0 20 40 60 80 100");
	assert_string_equal(
		ticks(plain, 0, 30000, 6), "0 5k 10k 15k 20k 25k 30k");
	assert_string_equal(ticks(plain, -3, 3, 3), "\u22124 \u22122 0 2 4");
	assert_string_equal(ticks(whole, 0, 3, 8), "0 1 2 3");
	assert_string_equal(ticks(exact, 6, 600, 6), "100 200 300 400 500 600");
	assert_string_equal(ticks(plain, 0, 1e-4, 2), "0 5e-05 0.0001");
}

static void
a_logarithmic_axis_names_powers_of_ten(void **state)
{
	const struct axis a = { .log = true },
			  exact = { .log = true, .exact = true };

	(void)state;
	assert_string_equal(ticks(a, 1, 1e6, 6), "1 10 100 1k 10k 100k 1M");
	assert_string_equal(ticks(exact, 1, 262144, 7), "1 10 100 1k 10k 100k");
	assert_string_equal(ticks(exact, 1, 32, 7), "1 2 5 10 20");
	assert_string_equal(ticks(a, 1, 1e12, 4), "1 1k 1M 1G 1000G");
	/* Too narrow for powers: round numbers do. */
	assert_string_equal(ticks(exact, 30, 42, 6), "30 32 34 36 38 40 42");
}

static void
any_range_gives_an_axis(void **state)
{
	const double odd[][2] = { { NAN, NAN }, { INFINITY, -INFINITY },
		{ 0, 0 }, { 5, 5 }, { -1, -1 }, { 0, 1e-300 }, { -5, 10 },
		{ 1e300, 1.0000001e300 }, { 3, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		for (unsigned how = 0; how < 16; how++) {
			struct axis a = { .log = how & 1,
				.whole = how & 2,
				.exact = how & 4,
				.zero = how & 8 };
			double half;

			axis_fit(&a, odd[i][0], odd[i][1], 6);
			assert_true(a.high > a.low);
			assert_in_range(a.ticks, 1, AXIS_TICKS_MAX);
			half = axis_place(&a, a.tick[0]);
			assert_true(half > -1e-6 && half < 1 + 1e-6);
		}
}

static void
places_go_from_low_to_high(void **state)
{
	struct axis linear = { 0 }, power = { .log = true };

	(void)state;
	axis_fit(&linear, 0, 10, 5);
	assert_true(axis_place(&linear, 0) == 0);
	assert_true(fabs(axis_place(&linear, 5) - 0.5) < 1e-12);
	assert_true(axis_place(&linear, 10) == 1);
	axis_fit(&power, 1, 10000, 5);
	assert_true(fabs(axis_place(&power, 100) - 0.5) < 1e-12);
	assert_true(isnan(axis_place(&power, 0)));
	assert_true(isnan(axis_place(&linear, NAN)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ticks_are_round),
		cmocka_unit_test(a_logarithmic_axis_names_powers_of_ten),
		cmocka_unit_test(any_range_gives_an_axis),
		cmocka_unit_test(places_go_from_low_to_high),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
