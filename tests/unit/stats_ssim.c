/*
 * stats_ssim.c - structural similarity against the definition, window by
 * window in two dimensions.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "stats/ssim.h"
#include "util/rng.h"

static double
weight(size_t i, size_t n)
{
	double x = (double)i - ((double)n - 1) / 2;

	return exp(-x * x / 4.5);
}

/* Two passes over each window: means, then centred moments. */
static double
window_ssim(const float *a, const float *b, size_t w, size_t nx, size_t ny)
{
	double sum = 0, ma = 0, mb = 0, va = 0, vb = 0, cov = 0;

	for (size_t i = 0; i < nx * ny; i++) {
		double g = weight(i % nx, nx) * weight(i / nx, ny);

		sum += g;
		ma += g * a[i / nx * w + i % nx];
		mb += g * b[i / nx * w + i % nx];
	}
	ma /= sum;
	mb /= sum;
	for (size_t i = 0; i < nx * ny; i++) {
		double g = weight(i % nx, nx) * weight(i / nx, ny) / sum;
		double x = a[i / nx * w + i % nx] - ma;
		double y = b[i / nx * w + i % nx] - mb;

		va += g * x * x;
		vb += g * y * y;
		cov += g * x * y;
	}
	return (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) /
		((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
}

static double
slow_ssim(const float *a, const float *b, size_t w, size_t h)
{
	size_t nx = w < 11 ? w : 11, ny = h < 11 ? h : 11, count = 0;
	double total = 0;

	for (size_t y = 0; y + ny <= h; y++)
		for (size_t x = 0; x + nx <= w; x++, count++)
			total += window_ssim(
				a + y * w + x, b + y * w + x, w, nx, ny);
	return total / (double)count;
}

static double
fast_ssim(const float *a, const float *b, size_t w, size_t h)
{
	struct ssim *s = ssim_open(w, h);
	double mean;

	for (size_t y = 0; y < h; y++)
		ssim_row(s, a + y * w, b + y * w);
	mean = ssim_mean(s);
	ssim_close(s);
	return mean;
}

static void
every_size_matches_the_definition(void **state)
{
	static const size_t size[][2] = { { 1, 1 }, { 1, 9 }, { 10, 3 },
		{ 11, 11 }, { 12, 11 }, { 11, 30 }, { 5, 40 }, { 33, 27 } };
	float a[33 * 40], b[33 * 40];
	struct rng r;

	(void)state;
	print_message("seed 9\n");
	rng_seed(&r, 9, 0);
	for (size_t i = 0; i < 33 * 40; i++) {
		a[i] = (float)rng_unit(&r);
		b[i] = a[i] * 0.8f + 0.2f * (float)rng_unit(&r);
	}
	for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
		size_t w = size[i][0], h = size[i][1];
		double want = slow_ssim(a, b, w, h);

		assert_true(want < 0.9999);
		assert_true(fabs(fast_ssim(a, b, w, h) - want) < 1e-11);
	}
}

static void
equal_images_have_one(void **state)
{
	float a[20 * 20];

	(void)state;
	for (size_t i = 0; i < 400; i++)
		a[i] = (float)(i % 17) / 17;
	assert_true(fabs(fast_ssim(a, a, 20, 20) - 1) < 1e-12);
}

static void
a_negative_image_is_unlike(void **state)
{
	float a[20 * 20], b[20 * 20];

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		a[i] = (float)(i % 3) / 2;
		b[i] = 1 - a[i];
	}
	assert_true(fast_ssim(a, b, 20, 20) < -0.8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_matches_the_definition),
		cmocka_unit_test(equal_images_have_one),
		cmocka_unit_test(a_negative_image_is_unlike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
