/* Another sample rate: exact length, the right sound, however it was cut. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/resample.h"
#include "util/mem.h"
#include "util/rng.h"

#define PI 3.14159265358979323846
#define SEED 44100

struct sound {
	float *x;
	size_t n, channels;
};

static int
keep(void *arg, const float *x, size_t n, struct err *e)
{
	struct sound *s = arg;

	(void)e;
	assert_true(n > 0);
	s->x = mem_grow(s->x, (s->n + n) * s->channels, sizeof *x);
	memcpy(s->x + s->n * s->channels, x, n * s->channels * sizeof *x);
	s->n += n;
	return 0;
}

static int
stop(void *arg, const float *x, size_t n, struct err *e)
{
	(void)arg;
	(void)x;
	(void)n;
	return err_set(e, "enough");
}

/* In pieces of up to `piece` frames; 0: one call, then an empty last one. */
static struct sound
resampled(const struct sound *in, size_t from, size_t to, size_t piece,
	struct rng *rng)
{
	struct sound out = { NULL, 0, in->channels };
	struct err e;
	struct resample *r = resample_open(in->channels, from, to, &e);
	size_t at = 0, n;

	assert_non_null(r);
	do {
		n = piece == 0 ? in->n : 1 + rng_below(rng, piece);
		n = in->n - at < n ? in->n - at : n;
		assert_int_equal(
			resample_push(r, in->x + at * in->channels, n,
				piece != 0 && at + n == in->n, keep, &out, &e),
			0);
		at += n;
	} while (at < in->n);
	if (piece == 0)
		assert_int_equal(
			resample_push(r, NULL, 0, 1, keep, &out, &e), 0);
	resample_close(r);
	assert_int_equal(out.n, resample_length(in->n, from, to));
	return out;
}

static struct sound
sine(size_t n, size_t channels, double step)
{
	struct sound s = { mem_floats(n * channels), n, channels };

	for (size_t i = 0; i < n * channels; i++)
		s.x[i] = (float)(0.5 *
			sin(step * (double)(i / channels) +
				(double)(i % channels)));
	return s;
}

static const size_t rates[][2] = { { 16000, 8000 }, { 8000, 16000 },
	{ 44100, 48000 }, { 48000, 44100 }, { 22050, 16000 },
	{ 16000, 16000 } };
#define RATES (sizeof rates / sizeof *rates)

static void
length_is_the_ceiling(void **state)
{
	(void)state;
	assert_int_equal(resample_length(0, 44100, 48000), 0);
	assert_int_equal(resample_length(1, 44100, 8000), 1);
	assert_int_equal(resample_length(441, 44100, 48000), 480);
	assert_int_equal(resample_length(442, 44100, 48000), 482);
	assert_int_equal(resample_length(SIZE_MAX / 4, 1, 2), SIZE_MAX / 2 - 1);
}

static void
any_cut_gives_the_same_bits(void **state)
{
	static const size_t frames[] = { 0, 1, 2, 17, 4095, 4096, 4097, 8192,
		20001 };
	struct rng r;

	(void)state;
	rng_seed(&r, SEED, 0);
	for (size_t k = 0; k < RATES * 9; k++) {
		struct sound in = sine(frames[k / RATES], k % 2 + 1, 0.05);
		const size_t *rate = rates[k % RATES];
		struct sound a = resampled(&in, rate[0], rate[1], 0, &r);
		struct sound b = resampled(&in, rate[0], rate[1], 100, &r);
		struct sound c = resampled(&in, rate[0], rate[1], 9999, &r);
		size_t bytes = a.n * a.channels * sizeof *a.x;

		if (bytes > 0) {
			assert_memory_equal(a.x, b.x, bytes);
			assert_memory_equal(a.x, c.x, bytes);
		}
		free(in.x);
		free(a.x);
		free(b.x);
		free(c.x);
	}
}

static void
a_sine_keeps_its_phase_and_level(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, SEED, 1);
	for (size_t k = 0; k < RATES; k++) {
		double from = (double)rates[k][0], to = (double)rates[k][1];
		double step = 2 * PI * 700 / from;
		struct sound in = sine(12000, 2, step);
		struct sound want = sine(12000 * 2, 2, step * from / to);
		struct sound out =
			resampled(&in, rates[k][0], rates[k][1], 777, &r);

		for (size_t i = 400; i < 2 * out.n - 400; i++)
			assert_true(fabsf(out.x[i] - want.x[i]) < 1e-3f);
		free(in.x);
		free(want.x);
		free(out.x);
	}
}

static void
a_refusing_sink_stops_it(void **state)
{
	struct sound in = sine(9000, 1, 0.1);
	struct err e;
	struct resample *r = resample_open(1, 8000, 16000, &e);

	(void)state;
	assert_int_equal(resample_push(r, in.x, in.n, 1, stop, NULL, &e), -1);
	assert_string_equal(e.msg, "enough");
	resample_close(r);
	free(in.x);
}

static void
impossible_rates_are_refused(void **state)
{
	struct err e;

	(void)state;
	assert_null(resample_open(1, 1, 48000, &e));
	assert_string_equal(e.msg, "cannot resample from 1 Hz to 48000 Hz");
	assert_null(resample_open(1, 0, 48000, &e));
	assert_null(resample_open(1, 48000, 0, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_is_the_ceiling),
		cmocka_unit_test(any_cut_gives_the_same_bits),
		cmocka_unit_test(a_sine_keeps_its_phase_and_level),
		cmocka_unit_test(a_refusing_sink_stops_it),
		cmocka_unit_test(impossible_rates_are_refused),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
