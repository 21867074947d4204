/* Adam against an independent version in double precision. */
#include "nn/adam.h"
#include "numbers.h"

#define STEPS 50U

struct plain {
	size_t n;
	double *w, *m, *v, *avg;
	double rate[PARAM_GROUPS], b1, b2, eps, clip, warm_up;
};

/* A row of each group: a network's, one that is fixed, a quantizer's, a
 * router's. */
static struct params
four_rows(struct rng *r)
{
	struct params p = { 0 };

	params_add(&p, PARAM_NET, "net", 130, 150); /* more than a chunk */
	params_add(&p, PARAM_FIXED, "fixed", 3, 5);
	params_add(&p, PARAM_QUANT, "quant", 7, 9);
	params_add(&p, PARAM_ROUTER, "router", 8, 9);
	params_build(&p);
	for (size_t i = 0; i < p.count; i++)
		fill(r, params_in(&p, p.w, i), p.row[i].size, 1);
	params_start_average(&p);
	return p;
}

static struct plain
copy_of(const struct params *p, const struct adam *a)
{
	struct plain s = { .n = p->total,
		.b1 = a->beta1,
		.b2 = a->beta2,
		.eps = a->epsilon,
		.clip = a->clip,
		.warm_up = (double)a->warm_up };

	memcpy(s.rate, a->rate, sizeof(s.rate));
	s.w = mem_alloc(4 * s.n, sizeof(*s.w));
	s.m = s.w + s.n;
	s.v = s.m + s.n;
	s.avg = s.v + s.n;
	for (size_t i = 0; i < s.n; i++) {
		s.w[i] = s.avg[i] = (double)p->w[i];
		s.m[i] = s.v[i] = 0;
	}
	return s;
}

/* Algorithm 1 of Kingma and Ba, step t = 1, 2, ... */
static double
plain_step(struct plain *s, const struct params *p, const float *g, double t)
{
	double norm = 0, scale, decay = fmin(0.999, t / (9 + t));

	for (size_t r = 0; r < p->count; r++)
		for (size_t i = 0; i < p->row[r].size; i++) {
			double x = (double)g[p->row[r].at + i];

			norm += p->row[r].group == PARAM_FIXED ? 0 : x * x;
		}
	norm = sqrt(norm);
	scale = s->clip > 0 && norm > s->clip ? s->clip / norm : 1;
	for (size_t r = 0; r < p->count; r++)
		for (size_t o = 0; o < p->row[r].size; o++) {
			size_t i = p->row[r].at + o;
			double x = (double)g[i] * scale, m, v;
			double rate = s->rate[p->row[r].group];

			if (p->row[r].group == PARAM_FIXED)
				continue;
			s->m[i] = s->b1 * s->m[i] + (1 - s->b1) * x;
			s->v[i] = s->b2 * s->v[i] + (1 - s->b2) * x * x;
			m = s->m[i] / (1 - pow(s->b1, t));
			v = s->v[i] / (1 - pow(s->b2, t));
			if (t < s->warm_up)
				rate *= t / s->warm_up;
			s->w[i] -= rate * m / (sqrt(v) + s->eps);
			s->avg[i] = decay * s->avg[i] + (1 - decay) * s->w[i];
		}
	return norm;
}

static void
compare(struct rng *r, struct adam *a, double size)
{
	struct params p = four_rows(r);
	struct plain s = copy_of(&p, a);
	struct pool *pool = pool_open(between(r, 1, 3));
	float *g = mem_floats(p.total);

	for (size_t t = 1; t <= STEPS; t++) {
		double want, got;

		memset(g, 0, p.total * sizeof(*g));
		for (size_t i = 0; i < p.count; i++)
			fill(r, g + p.row[i].at, p.row[i].size, size);
		memcpy(p.g, g, p.total * sizeof(*g));
		want = plain_step(&s, &p, g, (double)t);
		got = adam_step(a, &p, pool);
		near(got, want, 1e-6 * want);
		for (size_t i = 0; i < p.total; i++)
			near((double)p.g[i], 0, 0);
	}
	assert_int_equal(a->step, STEPS);
	for (size_t i = 0; i < p.total; i++) {
		near((double)p.w[i], s.w[i], 2e-5);
		near((double)p.avg[i], s.avg[i], 2e-5);
	}
	pool_close(pool);
	params_free(&p);
	free(s.w);
	free(g);
}

static void
fifty_steps_match_the_algorithm(void **state)
{
	struct rng r = seeded("fifty_steps_match_the_algorithm");
	struct adam a;

	(void)state;
	adam_init(&a, 1e-2, 3e-2);
	near(a.rate[PARAM_ROUTER], 1e-2, 0); /* the network's, unless set */
	a.rate[PARAM_ROUTER] = 2e-2;
	compare(&r, &a, 1); /* far above the limit: clipped */
	adam_init(&a, 1e-2, 3e-2);
	a.warm_up = 20;
	compare(&r, &a, 1e-4); /* below it */
	adam_init(&a, 1e-2, 3e-2);
	a.warm_up = 0;
	a.clip = 0;
	a.beta1 = 0.5;
	a.beta2 = 0.9;
	a.epsilon = 0.1;
	compare(&r, &a, 3);
}

static void
fixed_rows_never_move_nor_count(void **state)
{
	struct rng r = seeded("fixed_rows_never_move_nor_count");
	struct params p = four_rows(&r);
	float *before = mem_floats(p.row[1].size);
	struct adam a;

	(void)state;
	adam_init(&a, 1, 1);
	memcpy(before, params_in(&p, p.w, 1), p.row[1].size * sizeof(*before));
	for (int t = 0; t < 5; t++) {
		params_in(&p, p.g, 0)[7] = 0.5f;
		fill(&r, params_in(&p, p.g, 1), p.row[1].size, 1e6);
		near(adam_step(&a, &p, NULL), 0.5, 1e-9);
	}
	same_bits(params_in(&p, p.w, 1), before, p.row[1].size);
	same_bits(params_in(&p, p.avg, 1), before, p.row[1].size);
	free(before);
	params_free(&p);
}

/* A table of k rows, between others so that it crosses chunks anywhere. */
static struct params
a_table(struct rng *r, bool sparse, size_t k, size_t d)
{
	struct params p = { 0 };

	params_add(&p, PARAM_NET, "net", 1, between(r, 1, 17000));
	params_add(&p, PARAM_QUANT, "table", k, d);
	if (sparse)
		params_sparse(&p, 1);
	params_add(&p, PARAM_NET, "more", 3, 5);
	params_build(&p);
	fill(r, p.w, p.total, 1);
	params_start_average(&p);
	return p;
}

static void
draw_gradient(struct rng *r, struct params *p, size_t k, size_t d)
{
	fill(r, params_in(p, p->g, 0), p->row[0].size, 1e-3);
	for (size_t j = 0; j < k; j++) {
		if (rng_below(r, 3))
			continue;
		fill(r, params_in(p, p->g, 1) + j * d, d, 1e-3);
		if (p->row[1].sparse)
			p->row[1].touched[j] = 1;
	}
}

static void
a_sparse_table_learns_as_any_other(void **state)
{
	struct rng r = seeded("a_sparse_table_learns_as_any_other");

	(void)state;
	for (int trial = 0; trial < 10; trial++) {
		size_t k = between(&r, 1, 900), d = between(&r, 1, 70);
		struct pool *pool = pool_open(between(&r, 1, 3));
		struct params p[2];

		for (int sparse = 0; sparse < 2; sparse++) {
			struct rng same = r;
			struct adam a;

			p[sparse] = a_table(&same, sparse, k, d);
			adam_init(&a, 1e-2, 2e-2);
			for (int t = 0; t < 5; t++) {
				draw_gradient(&same, &p[sparse], k, d);
				adam_step(&a, &p[sparse], pool);
			}
		}
		same_bits(p[1].w, p[0].w, p[0].total);
		same_bits(p[1].avg, p[0].avg, p[0].total);
		same_bits(p[1].g, p[0].g, p[0].total);
		for (size_t j = 0; j < k; j++)
			assert_int_equal(p[1].row[1].touched[j], 0);
		params_free(&p[0]);
		params_free(&p[1]);
		pool_close(pool);
		rng_u64(&r);
	}
}

/* NaN there would spoil norm, weights or moments. */
static void
rows_that_are_not_touched_are_not_read(void **state)
{
	struct rng r = seeded("rows_that_are_not_touched_are_not_read");
	struct params p = a_table(&r, true, 300, 70);
	float *g = params_in(&p, p.g, 1);
	struct adam a;

	(void)state;
	adam_init(&a, 1e-2, 2e-2);
	for (size_t i = 0; i < p.row[1].size; i++)
		g[i] = NAN;
	fill(&r, g + 123 * 70, 70, 1);
	p.row[1].touched[123] = 1;
	assert_true(isfinite(adam_step(&a, &p, NULL)));
	for (size_t i = 0; i < p.total; i++)
		assert_true(isfinite(p.w[i]) && isfinite(p.avg[i]));
	for (size_t i = 0; i < p.row[1].size; i++)
		assert_true((g[i] == 0) == (i / 70 == 123));
	params_free(&p);
}

static void
a_gradient_that_is_not_finite_changes_nothing(void **state)
{
	struct rng r = seeded("a_gradient_that_is_not_finite_changes_nothing");
	static const float bad[] = { NAN, INFINITY, -INFINITY };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct params p = four_rows(&r);
		size_t bytes = p.total * sizeof(float);
		float *was[4], *now[4] = { p.w, p.m, p.v, p.avg };
		struct adam a;

		adam_init(&a, 1e-2, 1e-2);
		fill(&r, params_in(&p, p.g, 2), p.row[2].size, 1);
		adam_step(&a, &p, NULL);
		for (int b = 0; b < 4; b++) {
			was[b] = mem_floats(p.total);
			memcpy(was[b], now[b], bytes);
		}
		fill(&r, params_in(&p, p.g, 2), p.row[2].size, 1);
		params_in(&p, p.g, 0)[19000] = bad[i];
		assert_true(!isfinite(adam_step(&a, &p, NULL)));
		assert_int_equal(a.step, 1);
		for (size_t o = 0; o < p.total; o++)
			near((double)p.g[o], 0, 0);
		for (int b = 0; b < 4; b++) {
			same_bits(now[b], was[b], p.total);
			free(was[b]);
		}
		params_free(&p);
	}
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");
	struct rng same = r;
	struct params want = four_rows(&r);

	(void)state;
	for (size_t threads = 1; threads <= 3; threads++) {
		struct rng again = same;
		struct params p = four_rows(&again);
		struct pool *pool = pool_open(threads);
		struct adam a;

		adam_init(&a, 1e-2, 1e-2);
		for (int t = 0; t < 3; t++) {
			fill(&again, params_in(&p, p.g, 0), p.row[0].size, 1);
			adam_step(&a, &p, pool);
		}
		if (threads == 1)
			memcpy(want.avg, p.avg, p.total * sizeof(*p.avg));
		same_bits(p.avg, want.avg, p.total);
		pool_close(pool);
		params_free(&p);
	}
	params_free(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifty_steps_match_the_algorithm),
		cmocka_unit_test(fixed_rows_never_move_nor_count),
		cmocka_unit_test(a_sparse_table_learns_as_any_other),
		cmocka_unit_test(rows_that_are_not_touched_are_not_read),
		cmocka_unit_test(a_gradient_that_is_not_finite_changes_nothing),
		cmocka_unit_test(any_pool_gives_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
