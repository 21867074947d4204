/*
 * stats_distortion.c - squared errors and their decibels; moments.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/distortion.h"
#include "stats/moments.h"

static void
decibels_follow_from_the_error(void **state)
{
	static const float x[4] = { 1, 0, 0.5f, 0 };
	static const float y[4] = { 0.9f, 0.1f, 0.4f, 0.1f };
	struct distortion d = { 0 }, sum = { 0 };

	(void)state;
	distortion_add(&d, x, y, 4);
	assert_true(fabs(distortion_mse(&d) - 0.01) < 1e-8);
	assert_true(fabs(distortion_psnr_db(&d) - 20) < 1e-5);
	assert_true(
		fabs(distortion_snr_db(&d) - 10 * log10(1.25 / 0.04)) < 1e-5);
	distortion_merge(&sum, &d);
	distortion_add(&d, x, x, 4);
	distortion_merge(&sum, &d);
	assert_int_equal(sum.n, 12);
	assert_true(fabs(distortion_mse(&sum) - 0.08 / 12) < 1e-8);
}

static void
extremes_are_infinite_or_no_number(void **state)
{
	static const float zero[2] = { 0 }, one[2] = { 1, 1 };
	struct distortion d = { 0 };

	(void)state;
	assert_true(isnan(distortion_mse(&d)));
	assert_true(isnan(distortion_psnr_db(&d)));
	distortion_add(&d, zero, zero, 2);
	assert_true(isinf(distortion_psnr_db(&d)));
	assert_true(isinf(distortion_snr_db(&d)));
	distortion_add(&d, zero, one, 2);
	assert_true(isnan(distortion_snr_db(&d)));
}

static void
moments_of_a_few_vectors(void **state)
{
	static const float x[6] = { 1, 2, 3, 4, 5, 9 };
	struct moments m = { .d = 2 };

	(void)state;
	assert_true(isnan(moments_mean_square(&m)));
	moments_add(&m, x, 1);
	moments_add(&m, x + 2, 2);
	assert_int_equal(m.n, 3);
	assert_true(fabs(moments_mean_square(&m) - 136.0 / 3) < 1e-12);
	/* Means 3 and 5. */
	assert_true(fabs(moments_variance(&m) - 34.0 / 3) < 1e-12);
	moments_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decibels_follow_from_the_error),
		cmocka_unit_test(extremes_are_infinite_or_no_number),
		cmocka_unit_test(moments_of_a_few_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
