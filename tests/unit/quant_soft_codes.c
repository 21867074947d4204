/*
 * A soft choice of codes: its entropies against the formula, their gradients
 * against central differences of it.
 */
#include "numbers.h"
#include "quant/soft_codes.h"
#include "util/pool.h"

#define N ((size_t)150) /* more than two tasks of rows */
#define K ((size_t)140) /* and more than one of codes */
#define D ((size_t)4)

struct entropies {
	double each, all;
};

/* By the definition, in double. */
static struct entropies
by_formula(const double *x, const double *q, double t)
{
	double p[K], mean[K] = { 0 };
	struct entropies h = { 0 };

	for (size_t v = 0; v < N; v++) {
		double sum = 0;

		for (size_t j = 0; j < K; j++) {
			p[j] = 0;
			for (size_t i = 0; i < D; i++)
				p[j] += pow(x[v * D + i] - q[j * D + i], 2);
			p[j] = exp(-p[j] / t);
			sum += p[j];
		}
		for (size_t j = 0; j < K; j++) {
			p[j] /= sum;
			mean[j] += p[j] / (double)N;
			h.each -= p[j] * log(p[j]) / (double)N;
		}
	}
	for (size_t j = 0; j < K; j++)
		h.all -= mean[j] * log(mean[j]);
	h.each /= log((double)K);
	h.all /= log((double)K);
	return h;
}

struct trial {
	struct soft_codes c;
	float *x, *q, *dx, *dq;
	double *x0, *q0;
};

static double *
doubles(const float *x, size_t n)
{
	double *y = mem_alloc(n, sizeof(*y));

	for (size_t i = 0; i < n; i++)
		y[i] = (double)x[i];
	return y;
}

static void
trial_open(struct trial *t, struct rng *r, struct pool *pool)
{
	t->x = normals(r, N * D, 1);
	t->q = normals(r, K * D, 1);
	t->dx = unwritten(N * D);
	t->dq = unwritten(K * D);
	t->x0 = doubles(t->x, N * D);
	t->q0 = doubles(t->q, K * D);
	t->c = (struct soft_codes){
		.n = N, .k = K, .d = D, .x = t->x, .q = t->q, .temperature = 0.8
	};
	soft_codes_open(&t->c, pool);
}

static void
trial_close(struct trial *t)
{
	soft_codes_free(&t->c);
	free(t->x);
	free(t->q);
	free(t->dx);
	free(t->dq);
	free(t->x0);
	free(t->q0);
}

/* Of a each + b all by y[i], which is in x0 or q0. */
static double
difference(const struct trial *t, double *y, double a, double b)
{
	double h = 1e-5, was = *y;
	struct entropies up, down;

	*y = was + h;
	up = by_formula(t->x0, t->q0, t->c.temperature);
	*y = was - h;
	down = by_formula(t->x0, t->q0, t->c.temperature);
	*y = was;
	return (a * (up.each - down.each) + b * (up.all - down.all)) / (2 * h);
}

static double
largest(const float *x, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs((double)x[i]));
	return most;
}

static void
entropies_and_gradients_are_the_formula_s(void **state)
{
	struct rng r = seeded("entropies_and_gradients_are_the_formula_s");
	static const double by[][2] = { { 1, 0 }, { 0, 1 }, { 0.7, -1.3 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		double a = by[i][0], b = by[i][1], size;
		struct entropies want;
		struct trial t;

		trial_open(&t, &r, NULL);
		want = by_formula(t.x0, t.q0, t.c.temperature);
		near(t.c.each, want.each, 1e-5);
		near(t.c.all, want.all, 1e-5);
		assert_true(want.each > 0.1 && want.each < want.all &&
			want.all < 0.99);
		soft_codes_back(&t.c, NULL, a, b, t.dx, t.dq);
		size = largest(t.dx, N * D);
		assert_true(size > 1e-5);
		for (size_t o = 0; o < 8; o++) {
			size_t at = rng_below(&r, N * D);

			near((double)t.dx[at], difference(&t, t.x0 + at, a, b),
				1e-3 * size);
		}
		size = largest(t.dq, K * D);
		assert_true(size > 1e-5);
		for (size_t o = 0; o < 8; o++) {
			size_t at = rng_below(&r, K * D);

			near((double)t.dq[at], difference(&t, t.q0 + at, a, b),
				1e-3 * size);
		}
		trial_close(&t);
	}
}

static void
any_pool_and_either_gradient_alone_have_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_and_either_gradient_alone"), same;
	struct trial want, t;

	(void)state;
	same = r;
	trial_open(&want, &r, NULL);
	soft_codes_back(&want.c, NULL, 1, -1, want.dx, want.dq);
	for (size_t threads = 1; threads <= 3; threads++) {
		struct pool *pool = pool_open(threads);

		r = same;
		trial_open(&t, &r, pool);
		assert_true(t.c.each == want.c.each && t.c.all == want.c.all);
		soft_codes_back(&t.c, pool, 1, -1, threads == 1 ? NULL : t.dx,
			threads == 2 ? NULL : t.dq);
		if (threads != 1)
			same_bits(t.dx, want.dx, N * D);
		if (threads != 2)
			same_bits(t.dq, want.dq, K * D);
		trial_close(&t);
		pool_close(pool);
	}
	trial_close(&want);
}

/* Vectors on their codes, sharply: each is 0 and all 1.  Far from everything:
 * still numbers. */
static void
the_ends_are_reached(void **state)
{
	/* The fifth is never chosen. */
	static const float q[] = { 0, 0, 1, 0, 0, 1, 1, 1, 0, 1e6f };
	static const float far[] = { 1e4f, 0, 1e4f, 0, -1e4f, 0, -1e4f, 0 };
	float dx[8], dq[10];
	struct soft_codes c = {
		.n = 4, .k = 4, .d = 2, .x = q, .q = q, .temperature = 0.01
	};

	(void)state;
	soft_codes_open(&c, NULL);
	near(c.each, 0, 1e-9);
	near(c.all, 1, 1e-9);
	soft_codes_free(&c);
	c = (struct soft_codes){
		.n = 4, .k = 5, .d = 2, .x = far, .q = q, .temperature = 1
	};
	soft_codes_open(&c, NULL);
	/* Of two codes, one is nearer by a square of 1: odds of e to 1. */
	near(c.each, 0.3617436, 1e-4);
	near(c.all, 0.7924201, 1e-4);
	soft_codes_back(&c, NULL, 1, -1, dx, dq);
	for (size_t i = 0; i < 8; i++)
		assert_true(isfinite(dx[i]));
	for (size_t i = 0; i < 10; i++)
		assert_true(isfinite(dq[i]));
	soft_codes_free(&c);
}

static void
distance_is_to_the_code_of_each(void **state)
{
	static const float x[] = { 0, 0, 3, 4 }, q[] = { 0, 1, 3, 4, 9, 9 };
	static const uint32_t idx[] = { 0, 0 }, near_one[] = { 2, 1 };

	(void)state;
	near(soft_codes_distance(x, q, idx, 2, 2), (1 + 18) / 2.0, 1e-12);
	near(soft_codes_distance(x, q, near_one, 2, 2), 162 / 2.0, 1e-12);
	near(soft_codes_distance(x + 2, q, near_one + 1, 1, 2), 1, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entropies_and_gradients_are_the_formula_s),
		cmocka_unit_test(
			any_pool_and_either_gradient_alone_have_the_same_bits),
		cmocka_unit_test(the_ends_are_reached),
		cmocka_unit_test(distance_is_to_the_code_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
