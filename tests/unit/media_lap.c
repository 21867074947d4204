/* The lapped transform: exact basis, perfect reconstruction, compaction. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/lap.h"
#include "util/mem.h"
#include "util/rng.h"

#define PI 3.14159265358979323846
#define SEED 1992

static const size_t hops[] = { 1, 2, 3, 160, 320, 441 };
#define HOPS (sizeof hops / sizeof *hops)

static void
basis_is_the_dct4(void **state)
{
	(void)state;
	for (size_t k = 0; k < HOPS; k++) {
		size_t hop = hops[k];
		float *b = mem_floats(hop * hop);

		lap_dct4(b, hop);
		for (size_t i = 0; i < hop * hop; i++) {
			double u = (double)(i / hop) + 0.5;
			double v = (double)(i % hop) + 0.5;
			double want = sqrt(2 / (double)hop) *
				cos(PI / (double)hop * u * v);

			assert_true(fabs(want - (double)b[i]) < 1e-7);
		}
		free(b);
	}
}

static void
basis_is_orthonormal(void **state)
{
	(void)state;
	for (size_t k = 0; k < HOPS; k++) {
		size_t hop = hops[k];
		float *b = mem_floats(hop * hop);

		lap_dct4(b, hop);
		for (size_t i = 0; i < hop; i++)
			for (size_t j = 0; j <= i; j++) {
				double s = i == j ? -1 : 0;

				for (size_t m = 0; m < hop; m++)
					s += (double)b[i * hop + m] *
						(double)b[j * hop + m];
				assert_true(fabs(s) < 1e-6);
			}
		free(b);
	}
}

static void
window_is_the_sine_window(void **state)
{
	(void)state;
	for (size_t k = 0; k < HOPS; k++) {
		struct lap l;

		lap_init(&l, hops[k]);
		for (size_t i = 0; i < hops[k] / 2; i++) {
			double a = PI / 4 -
				PI * (double)(2 * i + 1) /
					(double)(4 * hops[k]);

			assert_true(fabs(sin(a) - (double)l.sine[i]) < 1e-7);
			assert_true(fabs(cos(a) - (double)l.cosine[i]) < 1e-7);
		}
		lap_free(&l);
	}
}

/* y = x times the basis, block by block. */
static void
multiply(
	const float *basis, size_t hop, const float *x, float *y, size_t blocks)
{
	for (size_t f = 0; f < blocks; f++)
		for (size_t j = 0; j < hop; j++) {
			double s = 0;

			for (size_t i = 0; i < hop; i++)
				s += (double)x[f * hop + i] *
					(double)basis[i * hop + j];
			y[f * hop + j] = (float)s;
		}
}

static void
turn(size_t hop, float *x, size_t blocks,
	void (*butterfly)(const struct lap *, float *, float *))
{
	struct lap l;

	lap_init(&l, hop);
	for (size_t f = 1; f < blocks; f++)
		butterfly(&l, x + (f - 1) * hop, x + f * hop);
	lap_free(&l);
}

static double
energy(const float *x, size_t n)
{
	double s = 0;

	for (size_t i = 0; i < n; i++)
		s += (double)x[i] * (double)x[i];
	return s;
}

static void
round_trip(size_t hop, size_t t, struct rng *r)
{
	size_t blocks = (t + hop - 1) / hop, n = blocks * hop;
	float *basis = mem_floats(hop * hop), *x = mem_zfloats(n);
	float *y = mem_floats(n), *work = mem_floats(n);

	lap_dct4(basis, hop);
	for (size_t i = 0; i < t; i++)
		x[i] = (float)(2 * rng_unit(r) - 1);
	memcpy(work, x, n * sizeof *x);
	turn(hop, work, blocks, lap_forward);
	multiply(basis, hop, work, y, blocks);
	assert_true(fabs(energy(y, n) - energy(x, n)) < 1e-5 * energy(x, n));
	multiply(basis, hop, y, work, blocks);
	turn(hop, work, blocks, lap_inverse);
	for (size_t i = 0; i < n; i++)
		assert_true(fabsf(work[i] - x[i]) < 1e-5f);
	free(basis);
	free(x);
	free(y);
	free(work);
}

static void
reconstruction_is_perfect(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, SEED, 0);
	for (size_t k = 0; k < HOPS; k++) {
		size_t h = hops[k];
		const size_t lengths[] = { 1, h > 1 ? h - 1 : 1, h, h + 1,
			3 * h + 7 };

		for (size_t i = 0; i < 5; i++)
			round_trip(h, lengths[i], &r);
	}
}

/* The share of a frame's energy in its `keep` largest coefficients. */
static double
compaction(const float *frame, size_t hop, size_t keep)
{
	float *left = mem_floats(hop);
	double all = energy(frame, hop), kept = 0;

	memcpy(left, frame, hop * sizeof *left);
	for (size_t k = 0; k < keep; k++) {
		size_t best = 0;

		for (size_t i = 1; i < hop; i++)
			if (fabsf(left[i]) > fabsf(left[best]))
				best = i;
		kept += (double)left[best] * (double)left[best];
		left[best] = 0;
	}
	free(left);
	return kept / all;
}

/* The worst inner frame of a sine of that frequency (in bins). */
static double
worst_compaction(double bins, bool lapped)
{
	enum { HOP = 160, FRAMES = 12, KEEP = 5 };
	static float basis[HOP * HOP], x[HOP * FRAMES], y[HOP * FRAMES];
	double worst = 1;

	lap_dct4(basis, HOP);
	for (size_t i = 0; i < HOP * FRAMES; i++)
		x[i] = (float)sin(PI / HOP * bins * ((double)i + 0.3));
	if (lapped)
		turn(HOP, x, FRAMES, lap_forward);
	multiply(basis, HOP, x, y, FRAMES);
	for (size_t f = 1; f + 1 < FRAMES; f++) {
		double share = compaction(y + f * HOP, HOP, KEEP);

		worst = share < worst ? share : worst;
	}
	return worst;
}

static void
a_sine_needs_few_coefficients(void **state)
{
	(void)state;
	for (double bins = 7.13; bins < 150; bins += 11.77) {
		double lapped = worst_compaction(bins, true);
		double plain = worst_compaction(bins, false);

		assert_true(lapped > 0.99);
		assert_true(1 - lapped < 0.25 * (1 - plain));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(basis_is_the_dct4),
		cmocka_unit_test(basis_is_orthonormal),
		cmocka_unit_test(window_is_the_sine_window),
		cmocka_unit_test(reconstruction_is_perfect),
		cmocka_unit_test(a_sine_needs_few_coefficients),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
