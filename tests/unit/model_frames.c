/*
 * Samples to MDCT frames and back: exact counts, the same bits for any cut,
 * perfect reconstruction, coefficient error = sample error.
 */
#include <math.h>

#include "model/lapper.h"
#include "model_help.h"

/* All frames of x in pieces; returns [count, hop]. */
static float *
forward(const struct frames *f, const float *x, size_t t, struct rng *r,
	size_t *count)
{
	size_t hop = f->hop, n = 0, room = t / hop + 3;
	float *lapped = mem_zfloats(room * hop), *y = mem_zfloats(room * hop);
	struct lapper l;

	lapper_init(&l, f);
	for (size_t i = 0, m; i < t; i += m) {
		m = r ? help_piece(r, t - i) : t - i;
		n += lapper_push(&l, x + i, 1, m, lapped + n * hop, hop);
	}
	n += lapper_flush(&l, lapped + n * hop, hop);
	lapper_free(&l);
	frames_transform(f, lapped, n, y);
	free(lapped);
	*count = n;
	return y;
}

static float *
inverse(const struct frames *f, const float *y, size_t n)
{
	size_t hop = f->hop, given = 0;
	float *x = mem_zfloats((n + 1) * hop), *block = mem_floats(n * hop + 1);
	struct lapper l;

	frames_transform(f, y, n, block);
	lapper_init(&l, f);
	for (size_t i = 0; i < n; i++)
		given += (size_t)lapper_pull(
			&l, block + i * hop, x + given * hop, 1);
	given += (size_t)lapper_drain(&l, x + given * hop, 1);
	assert_int_equal(given, n);
	lapper_free(&l);
	free(block);
	return x;
}

static void
check(size_t t, size_t hop, struct rng *r)
{
	struct frames f;
	float *x = mem_floats(t + 1), *y, *again, *back;
	double energy = 0, coded = 0;
	size_t n, m;

	frames_init(&f, hop);
	for (size_t i = 0; i < t; i++) {
		x[i] = (float)(2 * rng_unit(r) - 1);
		energy += (double)x[i] * (double)x[i];
	}
	y = forward(&f, x, t, NULL, &n);
	again = forward(&f, x, t, r, &m);
	assert_int_equal(n, (t + hop - 1) / hop);
	assert_int_equal(m, n);
	assert_memory_equal(y, again, n * hop * sizeof(*y));
	for (size_t i = 0; i < n * hop; i++)
		coded += (double)y[i] * (double)y[i];
	assert_true(fabs(coded - energy) <= 1e-4 * (energy + 1e-9));
	back = inverse(&f, y, n);
	for (size_t i = 0; i < t; i++)
		assert_true(fabsf(back[i] - x[i]) < 1e-5f);
	free(x);
	free(y);
	free(again);
	free(back);
	frames_free(&f);
}

static void
every_length_comes_back(void **state)
{
	struct rng r = help_rng("every_length_comes_back");

	(void)state;
	for (size_t t = 0; t <= 40; t++)
		for (size_t hop = 1; hop <= 9; hop++)
			check(t, hop, &r);
	for (int i = 0; i < 20; i++)
		check(rng_below(&r, 5000), 1 + rng_below(&r, 400), &r);
}

static void
interleaved_channels_do_not_mix(void **state)
{
	enum { T = 50, HOP = 8 };
	float both[2 * T], one[T], out[2 * (T / HOP + 2) * HOP], *y;
	struct frames f;
	struct lapper l[2];
	size_t n = 0, m;

	(void)state;
	frames_init(&f, HOP);
	for (int i = 0; i < T; i++) {
		both[2 * i] = one[i] = sinf((float)i);
		both[2 * i + 1] = 5;
	}
	for (int c = 0; c < 2; c++) {
		lapper_init(&l[c], &f);
		n = lapper_push(&l[c], both + c, 2, T, out + c * HOP, 2 * HOP);
		n += lapper_flush(&l[c], out + c * HOP + n * 2 * HOP, 2 * HOP);
		lapper_free(&l[c]);
	}
	y = forward(&f, one, T, NULL, &m);
	assert_int_equal(n, m);
	for (size_t i = 0; i < n; i++) {
		float block[HOP];

		frames_transform(&f, out + i * 2 * HOP, 1, block);
		assert_memory_equal(block, y + i * HOP, sizeof(block));
	}
	free(y);
	frames_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(interleaved_channels_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
