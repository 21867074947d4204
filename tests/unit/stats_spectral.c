/*
 * stats_spectral.c - log-spectral distance: known cases, and the definition
 * with a plain Fourier sum.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats/spectral.h"
#include "util/rng.h"

enum { RATE = 8000, WINDOW = 256, HOP = 64, T = 6000 };

static struct spectral_result
measure(const float *x, const float *y, size_t n, size_t channels, double high)
{
	struct spectral_opts o = { RATE, channels, 0, high };
	struct spectral_result r;
	struct err e = { 0 };
	struct spectral *s = spectral_open(o, &e);

	assert_non_null(s);
	/* Odd cuts: the answer may not depend on them. */
	for (size_t i = 0, m; i < n; i += m) {
		m = n - i < 777 ? n - i : 777;
		assert_int_equal(spectral_add(s, x + i * channels,
					 y + i * channels, m, &e),
			0);
	}
	assert_int_equal(spectral_finish(s, &r, &e), 0);
	spectral_close(s);
	return r;
}

/* Noise whose colour and loudness wander, with a silent gap. */
static void
speechlike(float *x, size_t n, uint64_t seed)
{
	struct rng r;
	double y = 0;

	print_message("seed %d\n", (int)seed);
	rng_seed(&r, seed, 0);
	for (size_t i = 0; i < n; i++) {
		double a = 0.9 * sin((double)i / 700);

		y = a * y + 0.1 * rng_normal(&r);
		x[i] = (float)(y * (i > n / 3 && i < n / 2 ? 1e-4 : 1));
	}
}

static void
power_spectrum(const float *x, double *p)
{
	for (size_t b = 0; b <= WINDOW / 2; b++) {
		double re = 0, im = 0;

		for (size_t i = 0; i < WINDOW; i++) {
			double t = 2 * M_PI / WINDOW * (double)i;
			double v = x[i] * (0.5 - 0.5 * cos(t));

			re += v * cos(t * (double)b);
			im += v * sin(t * (double)b);
		}
		p[b] = re * re + im * im;
	}
}

#define FRAMES ((T - WINDOW) / HOP + 1)

static double
slow_distance(const float *x, const float *y, size_t bins)
{
	static double px[FRAMES][WINDOW / 2 + 1], py[FRAMES][WINDOW / 2 + 1];
	double energy[FRAMES] = { 0 }, loudest = 0, peak = 0, sum = 0;
	size_t count = 0;

	for (size_t f = 0; f < FRAMES; f++) {
		power_spectrum(x + f * HOP, px[f]);
		power_spectrum(y + f * HOP, py[f]);
		for (size_t b = 0; b < bins; b++) {
			energy[f] += px[f][b];
			peak = fmax(peak, px[f][b]);
		}
		loudest = fmax(loudest, energy[f]);
	}
	for (size_t f = 0; f < FRAMES; f++) {
		double d = 0;

		if (10 * log10(energy[f] / loudest) < -40)
			continue;
		for (size_t b = 0; b < bins; b++)
			d += pow(10 *
					log10((px[f][b] + 1e-6 * peak) /
						(py[f][b] + 1e-6 * peak)),
				2);
		sum += sqrt(d / (double)bins);
		count++;
	}
	assert_in_range(count, FRAMES / 2, FRAMES - 5);
	return sum / (double)count;
}

static void
it_is_what_the_definition_says(void **state)
{
	static float x[T], y[T];
	struct spectral_result r;

	(void)state;
	speechlike(x, T, 11);
	speechlike(y, T, 12);
	for (size_t i = 0; i < T; i++)
		y[i] = 0.7f * x[i] + 0.3f * y[i];
	r = measure(x, y, T, 1, 4000);
	assert_int_equal(r.lag, 0);
	assert_true(r.distance_db > 1);
	assert_true(fabs(r.distance_db - slow_distance(x, y, 129)) < 1e-3);
	r = measure(x, y, T, 1, 1000);
	assert_true(fabs(r.distance_db - slow_distance(x, y, 33)) < 1e-3);
}

static void
equal_clips_have_none(void **state)
{
	static float x[T];
	struct spectral_result r;

	(void)state;
	speechlike(x, T, 13);
	r = measure(x, x, T, 1, 4000);
	assert_true(r.distance_db == 0);
	assert_int_equal(r.lag, 0);
}

static void
twice_the_amplitude_is_six_db(void **state)
{
	static float x[T], y[T];
	struct rng g;

	(void)state;
	print_message("seed 14\n");
	rng_seed(&g, 14, 0);
	for (size_t i = 0; i < T; i++) {
		x[i] = 0.1f * (float)rng_normal(&g);
		y[i] = 2 * x[i];
	}
	assert_true(
		fabs(measure(x, y, T, 1, 4000).distance_db - 6.0206) < 0.01);
}

static void
a_late_clip_is_found_late(void **state)
{
	static const long lag[] = { 3, -5, 117, 160, -160 };
	static float x[T + 400];

	(void)state;
	speechlike(x, T + 400, 15);
	for (size_t i = 0; i < sizeof(lag) / sizeof(*lag); i++) {
		struct spectral_result r =
			measure(x + 200, x + 200 - lag[i], T, 1, 4000);

		assert_int_equal(r.lag, lag[i]);
		assert_true(r.distance_db < 1e-9);
		assert_true(r.frames > 20);
	}
}

static void
channels_are_frames_beside_each_other(void **state)
{
	static float x[T], y[T], xx[2 * T], yy[2 * T];
	struct spectral_result one, two;

	(void)state;
	speechlike(x, T, 16);
	speechlike(y, T, 17);
	for (size_t i = 0; i < T; i++) {
		y[i] = x[i] + 0.2f * y[i];
		xx[2 * i] = xx[2 * i + 1] = x[i];
		yy[2 * i] = yy[2 * i + 1] = y[i];
	}
	one = measure(x, y, T, 1, 4000);
	two = measure(xx, yy, T, 2, 4000);
	assert_int_equal(two.frames, 2 * one.frames);
	assert_true(fabs(two.distance_db - one.distance_db) < 1e-9);
	/* A silent second channel of both is not audible: not a frame. */
	for (size_t i = 0; i < T; i++)
		xx[2 * i + 1] = yy[2 * i + 1] = 0;
	two = measure(xx, yy, T, 2, 4000);
	assert_int_equal(two.frames, one.frames);
}

static void
silence_and_shortness_are_no_trouble(void **state)
{
	static float zero[1000];
	float x[3] = { 0.1f, -0.2f, 0.3f }, y[3] = { 0.2f, -0.4f, 0.6f };
	struct spectral_result r;

	(void)state;
	assert_true(isnan(measure(zero, zero, 1000, 1, 4000).distance_db));
	assert_true(isnan(measure(zero, zero, 0, 1, 4000).distance_db));
	r = measure(x, y, 3, 1, 4000);
	assert_int_equal(r.frames, 1);
	assert_true(fabs(r.distance_db - 6.02) < 0.1);
	r = measure(x, y, 3, 1, 1);
	assert_int_equal(r.frames, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_what_the_definition_says),
		cmocka_unit_test(equal_clips_have_none),
		cmocka_unit_test(twice_the_amplitude_is_six_db),
		cmocka_unit_test(a_late_clip_is_found_late),
		cmocka_unit_test(channels_are_frames_beside_each_other),
		cmocka_unit_test(silence_and_shortness_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
