/*
 * model_router.c - routes and gates against plain sums in double; ties, maps,
 * margins and capacity against their definitions.
 */
#include "model/capacity.h"
#include "model/router.h"
#include "model/router_map.h"
#include "model/router_top.h"
#include "numbers.h"

/* The t best of s by sorting: larger first, then the lower index. */
static void
slow_top(const double *s, size_t e, size_t t, size_t *idx)
{
	char *taken = mem_zalloc(e, 1);

	for (size_t j = 0; j < t; j++) {
		size_t best = e;

		for (size_t i = 0; i < e; i++)
			if (!taken[i] && (best == e || s[i] > s[best]))
				best = i;
		taken[best] = 1;
		idx[j] = best;
	}
	free(taken);
}

static void
top_takes_the_lowest_index_among_equals(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, 3, 0);
	for (int round = 0; round < 2000; round++) {
		size_t e = 1 + rng_below(&r, 40), t = 1 + rng_below(&r, e);
		float s[40];
		double wide[40];
		size_t want[40];
		uint32_t got[40];

		/* Few values: many ties. */
		for (size_t i = 0; i < e; i++)
			wide[i] = s[i] = (float)rng_below(&r, 5) - 2;
		router_top(s, e, t, got);
		slow_top(wide, e, t, want);
		for (size_t i = 0; i < t; i++)
			assert_int_equal(got[i], want[i]);
	}
}

struct setting {
	size_t n, d, e, t;
	float *x, *w, *b;
};

/* Whole numbers in eighths: products are exact, so that ties are ties. */
static float *
eighths(struct rng *r, size_t n)
{
	float *x = mem_floats(n);

	for (size_t i = 0; i < n; i++)
		x[i] = ((float)rng_below(r, 17) - 8) / 8;
	return x;
}

static struct setting
make_setting(struct rng *r)
{
	struct setting s = { .n = 1 + rng_below(r, 400),
		.d = 1 + rng_below(r, 12),
		.e = 1 + rng_below(r, 40) };

	s.t = 1 + rng_below(r, s.e < 6 ? s.e : 6);
	s.x = eighths(r, s.n * s.d);
	s.w = eighths(r, s.e * s.d);
	s.b = eighths(r, s.e);
	return s;
}

static void
free_setting(struct setting *s)
{
	free(s->x);
	free(s->w);
	free(s->b);
}

static double
dot(const float *a, const float *b, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

static void
soften(double *p, size_t e)
{
	double sum = 0, most = p[0];

	for (size_t j = 0; j < e; j++)
		most = p[j] > most ? p[j] : most;
	for (size_t j = 0; j < e; j++)
		sum += p[j] = exp(p[j] - most);
	for (size_t j = 0; j < e; j++)
		p[j] /= sum;
}

/* Scores p, and what is chosen by, of a token. */
static void
slow_scores(const struct router *r, const struct setting *s, const float *x,
	double *p, double *by)
{
	for (size_t j = 0; j < s->e; j++) {
		const float *w = s->w + j * s->d;
		double norm = sqrt(dot(x, x, s->d) * dot(w, w, s->d));

		p[j] = dot(x, w, s->d);
		if (r->kind == ROUTER_SOFTMAX)
			p[j] += (double)s->b[j];
		if (r->kind == ROUTER_COSINE)
			p[j] = norm > 0 ? p[j] / norm / r->temperature : 0;
	}
	for (size_t j = 0; r->sigmoid && j < s->e; j++)
		p[j] = 1 / (1 + exp(-p[j]));
	if (!r->sigmoid) {
		for (size_t j = 0; j < s->e; j++)
			by[j] = p[j];
		soften(p, s->e);
	}
	for (size_t j = 0; r->kind == ROUTER_BIASED && j < s->e; j++)
		by[j] = p[j] + (double)s->b[j];
}

static void
compare_row(const struct router *r, const struct setting *s, size_t v,
	const struct router_out *out)
{
	double p[40], by[40], sum = 0;
	size_t want[40];
	const uint16_t *got = out->experts + v * s->t;

	slow_scores(r, s, s->x + v * s->d, p, by);
	slow_top(by, s->e, s->t, want);
	for (size_t j = 0; j < s->t; j++) {
		/* Ties are exact for softmax; else any within rounding. */
		if (r->kind == ROUTER_SOFTMAX)
			assert_int_equal(got[j], want[j]);
		assert_true(fabs(by[got[j]] - by[want[j]]) < 1e-5);
		sum += p[got[j]];
	}
	for (size_t j = 0; j < s->t; j++) {
		double gate = p[got[j]] / (r->renorm ? sum : 1);

		assert_true(
			fabs((double)out->gates[v * s->t + j] - gate) < 2e-6);
	}
}

static void
gates_and_choices_are_those_of_plain_sums(void **state)
{
	static const enum router_kind kinds[] = { ROUTER_SOFTMAX, ROUTER_COSINE,
		ROUTER_BIASED };
	struct rng g;

	(void)state;
	rng_seed(&g, 5, 0);
	for (int round = 0; round < 120; round++) {
		struct setting s = make_setting(&g);
		struct router r = { .kind = kinds[round % 3],
			.experts = s.e,
			.top = s.t,
			.d = s.d,
			.renorm = round % 2,
			.temperature = 0.3 };
		struct router_out out = { mem_alloc(s.n * s.t, 2),
			mem_floats(s.n * s.t), NULL, NULL };
		float *work;

		r.sigmoid = r.kind == ROUTER_BIASED && round % 4 < 2;
		router_set_gate(&r, s.w, r.kind == ROUTER_SOFTMAX ? s.b : NULL);
		if (r.kind == ROUTER_BIASED) {
			r.choice = mem_floats(s.e);
			memcpy(r.choice, s.b, s.e * sizeof(float));
		}
		work = mem_floats(router_work(&r));
		assert_int_equal(
			router_rows(&r, s.x, s.n, false, &out, work), s.n);
		for (size_t v = 0; v < s.n; v++)
			compare_row(&r, &s, v, &out);
		free(work);
		free(out.experts);
		free(out.gates);
		router_free(&r);
		free_setting(&s);
	}
}

static void
scores_beyond_float_are_found(void **state)
{
	float w[4] = { 3e38f, 3e38f, 1, 1 };
	float x[6] = { 1, 0, 2, 2, 0, 0 };
	uint16_t experts[3];
	float gates[3], work[1024];
	struct router r = { .experts = 2, .top = 1, .d = 2 };
	struct router_out out = { experts, gates, NULL, NULL };

	(void)state;
	router_set_gate(&r, w, NULL);
	assert_true(router_work(&r) <= 1024);
	assert_int_equal(router_rows(&r, x, 3, false, &out, work), 1);
	router_free(&r);
}

/* A book of random codes, some of them equal, each to some expert. */
static void
random_book(struct rng *g, struct router_book *b, size_t k, size_t d, size_t e)
{
	float *q = mem_floats(k * d);
	uint32_t *map = mem_alloc(k, sizeof(*map));

	for (size_t i = 0; i < k * d; i++)
		q[i] = (float)rng_normal(g);
	if (k > 4)
		memcpy(q + 3 * d, q, d * sizeof(*q));
	for (size_t i = 0; i < k; i++)
		map[i] = e == k ? (uint32_t)i : (uint32_t)rng_below(g, e);
	*b = (struct router_book){ 0 };
	router_book_init(b, q, map, k, d);
}

static double
distance(const float *x, const float *q, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += ((double)x[i] - (double)q[i]) *
			((double)x[i] - (double)q[i]);
	return sum;
}

/* By brute force over all codes. */
static double
slow_margin(const struct router_book *b, const float *x, uint32_t code)
{
	double least = INFINITY, between;
	size_t far = b->k;

	for (size_t j = 0; j < b->k; j++) {
		double d2 = distance(x, b->q + j * b->d, b->d);

		if (b->map[j] != b->map[code] && d2 < least) {
			least = d2;
			far = j;
		}
	}
	if (far == b->k)
		return INFINITY;
	between = sqrt(distance(b->q + far * b->d, b->q + code * b->d, b->d));
	if (!(between > 0))
		return 0;
	return (least - distance(x, b->q + code * b->d, b->d)) / (2 * between);
}

static void
margins_are_those_of_brute_force(void **state)
{
	/* k, experts: each its own, few experts (the second search), one. */
	static const size_t sizes[][2] = { { 1, 1 }, { 2, 2 }, { 50, 50 },
		{ 50, 7 }, { 300, 2 }, { 300, 3 }, { 20, 1 }, { 6000, 2 } };
	struct rng g;

	(void)state;
	rng_seed(&g, 7, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t d = 1 + rng_below(&g, 9), n = 400;
		struct router_book b;
		uint32_t *codes = mem_alloc(n, sizeof(*codes));
		float *x = mem_floats(n * d), *margin = mem_floats(n), *work;

		random_book(&g, &b, sizes[i][0], d, sizes[i][1]);
		for (size_t j = 0; j < n * d; j++)
			x[j] = (float)rng_normal(&g);
		work = mem_floats(router_book_work(&b));
		assert_int_equal(
			router_book_rows(&b, x, n, false, codes, margin, work),
			n);
		for (size_t v = 0; v < n; v++) {
			double want = slow_margin(&b, x + v * d, codes[v]);
			double got = (double)margin[v];

			assert_true(got >= 0);
			assert_true(isinf(want) ? isinf(got)
						: fabs(got - want) < 1e-5);
		}
		free(work);
		free(codes);
		free(margin);
		free(x);
		router_book_free(&b);
	}
}

static void
grouped_maps_are_even_and_keep_neighbours(void **state)
{
	float q[64];
	uint32_t map[64], used[5] = { 0 };

	(void)state;
	/* On a line, in mixed order: groups are stretches of it. */
	for (size_t i = 0; i < 64; i++)
		q[i] = (float)(i * 37 % 64);
	router_map_grouped(q, NULL, 64, 1, 5, map);
	for (size_t i = 0; i < 64; i++)
		used[map[i]]++;
	for (size_t e = 0; e < 5; e++)
		assert_in_range(used[e], 11, 14);
	for (size_t i = 0; i < 64; i++)
		for (size_t j = 0; j < 64; j++)
			if (q[j] == q[i] + 1)
				assert_true(map[j] == map[i] ||
					map[j] == map[i] + 1 ||
					map[i] == map[j] + 1);
	/* All codes equal: still even. */
	memset(q, 0, sizeof(q));
	router_map_grouped(q, NULL, 64, 1, 64, map);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(map[i], i);
	router_map_modulo(64, 5, map);
	assert_int_equal(map[63], 3);
}

/* Codes on a line, some taken far more often than others. */
static void
grouped_maps_go_by_use(void **state)
{
	float q[64];
	double use[64], load[4] = { 0 }, all = 0, most = 0;
	uint32_t map[64];
	size_t codes[4] = { 0 };

	(void)state;
	for (size_t i = 0; i < 64; i++) {
		q[i] = (float)(i * 37 % 64);
		use[i] = q[i] < 16 ? 20 : 1; /* 320 and 48 */
		all += use[i];
		most = use[i] > most ? use[i] : most;
	}
	router_map_grouped(q, use, 64, 1, 4, map);
	for (size_t i = 0; i < 64; i++) {
		load[map[i]] += use[i];
		codes[map[i]]++;
	}
	for (size_t e = 0; e < 4; e++)
		assert_true(fabs(load[e] - all / 4) <= most);
	assert_true(codes[0] <= 6 && codes[3] >= 48);
	/* One code has all of it: an expert for each code is still found. */
	memset(use, 0, sizeof(use));
	use[5] = 7;
	router_map_grouped(q, use, 64, 1, 64, map);
	memset(codes, 0, sizeof(codes));
	for (size_t i = 0; i < 64; i++) {
		assert_in_range(map[i], 0, 63);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(map[i], map[j]);
	}
	/* Of no use at all: by number. */
	use[5] = 0;
	router_map_grouped(q, use, 64, 1, 4, map);
	for (size_t i = 0; i < 64; i++)
		codes[map[i]]++;
	for (size_t e = 0; e < 4; e++)
		assert_int_equal(codes[e], 16);
}

static void
hashes_give_different_experts_evenly(void **state)
{
	size_t n = 20000, d = 3, t = 3, e = 5, load[5] = { 0 };
	struct router r = {
		.kind = ROUTER_HASH, .experts = e, .top = t, .d = d
	};
	struct router_out out = { mem_alloc(n * t, 2), mem_floats(n * t), NULL,
		NULL };
	float *x = mem_floats(n * d), work[4];
	struct rng g;

	(void)state;
	rng_seed(&g, 9, 0);
	for (size_t i = 0; i < n * d; i++)
		x[i] = (float)rng_normal(&g);
	assert_int_equal(router_rows(&r, x, n, false, &out, work), n);
	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < t; j++) {
			uint16_t *at = out.experts + v * t;

			load[at[j]]++;
			for (size_t i = 0; i < j; i++)
				assert_int_not_equal(at[i], at[j]);
		}
	for (size_t i = 0; i < e; i++)
		assert_in_range(
			load[i], n * t / e * 97 / 100, n * t / e * 103 / 100);
	free(out.experts);
	free(out.gates);
	free(x);
}

static void
capacity_drops_the_latest(void **state)
{
	uint16_t experts[] = { 0, 1, 0, 2, 0, 1, 1, 0 };
	float gates[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	static const uint16_t want[] = { 0, 1, 0, 2, ROUTER_DROPPED, 1,
		ROUTER_DROPPED, ROUTER_DROPPED };
	uint32_t count[3];

	(void)state;
	assert_int_equal(capacity_room(1, 4, 2, 3), 3);
	assert_int_equal(capacity_room(0.75, 4, 2, 3), 2);
	assert_int_equal(capacity_room(1e9, 4, 2, 3), 8);
	assert_int_equal(capacity_room(1e-9, 4, 2, 3), 1);
	assert_int_equal(capacity_drop(experts, gates, 4, 2, 3, 2, count), 3);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(experts[i], want[i]);
		assert_true(gates[i] == (want[i] == ROUTER_DROPPED ? 0 : 1));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(top_takes_the_lowest_index_among_equals),
		cmocka_unit_test(gates_and_choices_are_those_of_plain_sums),
		cmocka_unit_test(scores_beyond_float_are_found),
		cmocka_unit_test(margins_are_those_of_brute_force),
		cmocka_unit_test(grouped_maps_are_even_and_keep_neighbours),
		cmocka_unit_test(grouped_maps_go_by_use),
		cmocka_unit_test(hashes_give_different_experts_evenly),
		cmocka_unit_test(capacity_drops_the_latest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
