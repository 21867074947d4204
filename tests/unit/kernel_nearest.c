/*
 * The nearest code: within the bound of nearest.h of the exact minimum, lowest
 * index among equals, and the same wherever and however it is asked.
 */
#include <string.h>

#include "kernel/centre.h"
#include "kernel/nearest.h"
#include "numbers.h"

#define EPS 0x1p-24

struct problem {
	size_t n, k, d;
	double scale;
	float *x, *code; /* x begins one float behind an aligned place */
	uint32_t *idx;
	struct nearest s;
};

static struct problem
random_problem(struct rng *r, double scale)
{
	struct problem p = { .n = between(r, 1, 60),
		.k = between(r, 1, 300),
		.d = between(r, 1, scale > 1e9 ? 12 : 130),
		.scale = scale };
	double offset = rng_below(r, 2) ? 0 : 3 * scale;

	p.x = normals(r, p.n * p.d + 1, scale) + 1;
	p.code = normals(r, p.k * p.d, scale);
	for (size_t i = 0; i < p.n * p.d; i++)
		p.x[i] += (float)offset;
	for (size_t i = 0; i < p.k * p.d; i++)
		p.code[i] += (float)offset;
	p.idx = mem_alloc(p.n, sizeof(*p.idx));
	nearest_init(&p.s, p.code, p.k, p.d);
	return p;
}

static void
problem_free(struct problem *p)
{
	free(p->x - 1);
	free(p->code);
	free(p->idx);
	nearest_free(&p->s);
}

static void
find(struct problem *p, float *score)
{
	float *work = mem_floats(nearest_work(p->d));

	nearest_find(&p->s, p->x, p->n, p->idx, score, work);
	free(work);
}

/* Squared distance and norms of the centred coordinates, as rounded. */
static double
centred(const struct problem *p, const float *x, const float *c)
{
	double sum = 0;

	for (size_t i = 0; i < p->d; i++) {
		float a = x ? x[i] - p->s.centre[i] : 0;
		float b = c ? c[i] - p->s.centre[i] : 0;

		sum += ((double)a - (double)b) * ((double)a - (double)b);
	}
	return sum;
}

/* Vectors whose code idx is farther than the bound allows. */
static size_t
violations(const struct problem *p, const uint32_t *idx)
{
	double underflow = 0;
	size_t wrong = 0;

	/* Squares below 2^-126 round by up to 2^-150 each time. */
	if (p->scale < 1e-15)
		underflow = (double)(p->d + 1) * 0x1p-148;
	for (size_t v = 0; v < p->n; v++) {
		const float *x = p->x + v * p->d;
		const float *won = p->code + idx[v] * p->d, *best = won;
		double mine = centred(p, x, won), least = mine, longer, bound;

		for (size_t j = 0; j < p->k; j++) {
			const float *c = p->code + j * p->d;

			if (centred(p, x, c) < least) {
				least = centred(p, x, c);
				best = c;
			}
		}
		longer = fmax(centred(p, NULL, won), centred(p, NULL, best));
		bound = 4 * (double)(p->d + 2) * EPS *
			(centred(p, x, NULL) + longer);
		wrong += !(mine - least <= bound + underflow);
	}
	return wrong;
}

static void
the_winner_is_within_the_bound(void **state)
{
	static const double scale[] = { 1, 1, 1, 1e18, 1e-18, 1e-30, 1e-41 };
	struct rng r = seeded("the_winner_is_within_the_bound");
	uint32_t zeros[60] = { 0 };
	size_t refused = 0, vectors = 0;

	(void)state;
	for (int trial = 0; trial < 120; trial++) {
		struct problem p = random_problem(&r, scale[trial % 7]);

		find(&p, NULL);
		for (size_t v = 0; v < p.n; v++)
			assert_true(p.idx[v] < p.k);
		assert_int_equal(violations(&p, p.idx), 0);
		/* The same bound must not let any answer pass. */
		if (p.k > 100 && p.scale >= 1e-18) {
			refused += violations(&p, zeros);
			vectors += p.n;
		}
		problem_free(&p);
	}
	assert_true(vectors > 0 && refused * 10 > vectors * 9);
}

static void
the_plain_version_agrees_but_in_near_ties(void **state)
{
	struct rng r = seeded("the_plain_version_agrees_but_in_near_ties");
	size_t differ = 0, vectors = 0;

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		struct problem p = random_problem(&r, 1);
		uint32_t *ref = mem_alloc(p.n, sizeof(*ref));

		find(&p, NULL);
		nearest_ref(p.x, p.n, p.code, p.k, p.d, ref);
		assert_int_equal(violations(&p, ref), 0);
		for (size_t v = 0; v < p.n; v++)
			differ += ref[v] != p.idx[v];
		vectors += p.n;
		free(ref);
		problem_free(&p);
	}
	assert_true(differ * 100 <= vectors);
}

/* No code before j is the same as j. */
static void
first_of_its_kind(const struct problem *p, size_t j)
{
	size_t row = p->d * sizeof(float);

	for (size_t i = 0; i < j; i++)
		assert_true(memcmp(p->code + i * p->d, p->code + j * p->d,
				    row) != 0);
}

static void
equal_codes_go_to_the_lowest_index(void **state)
{
	struct rng r = seeded("equal_codes_go_to_the_lowest_index");

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		struct problem p = random_problem(&r, 1);
		uint32_t *ref = mem_alloc(p.n, sizeof(*ref));
		size_t few = between(&r, 1, 20);

		/* Few different codes, many times each, in any order. */
		for (size_t j = few; j < p.k; j++)
			memcpy(p.code + j * p.d,
				p.code + rng_below(&r, few) * p.d,
				p.d * sizeof(*p.code));
		nearest_free(&p.s);
		nearest_init(&p.s, p.code, p.k, p.d);
		find(&p, NULL);
		nearest_ref(p.x, p.n, p.code, p.k, p.d, ref);
		assert_int_equal(violations(&p, p.idx), 0);
		for (size_t v = 0; v < p.n; v++) {
			first_of_its_kind(&p, p.idx[v]);
			first_of_its_kind(&p, ref[v]);
		}
		free(ref);
		problem_free(&p);
	}
}

/* How much farther the worst answer is than the nearest code, squared. */
static double
excess(const struct problem *p)
{
	uint32_t *want = mem_alloc(p->n, sizeof(*want));
	double most = 0;

	nearest_ref(p->x, p->n, p->code, p->k, p->d, want);
	for (size_t v = 0; v < p->n; v++) {
		const float *x = p->x + v * p->d;

		most = fmax(most,
			centred(p, x, p->code + p->idx[v] * p->d) -
				centred(p, x, p->code + want[v] * p->d));
	}
	free(want);
	return most;
}

/* Some codes far from the rest: these are told apart, in distances of about d,
 * and the far ones are found too. */
static void
far_codes_do_not_blur_the_rest(void **state)
{
	struct rng r = seeded("far_codes_do_not_blur_the_rest");
	static const double far[] = { 1e2, 1e4, 1e5, 1e6, 1e9, 1e15 };

	(void)state;
	for (size_t trial = 0; trial < 60; trial++) {
		struct problem p = { .n = 100,
			.k = between(&r, 3, 400),
			.d = between(&r, 1, 20),
			.scale = 1 };
		size_t few = p.k / 8 ? between(&r, 1, p.k / 8) : 1;

		p.x = normals(&r, p.n * p.d + 1, 1) + 1;
		p.code = normals(&r, p.k * p.d, 1);
		p.idx = mem_alloc(p.n, sizeof(*p.idx));
		for (size_t j = 0; j < few; j++)
			p.code[j * 8 * p.d] =
				(float)(far[trial % 6] * (1 + (double)j));
		nearest_init(&p.s, p.code, p.k, p.d);
		find(&p, NULL);
		assert_int_equal(violations(&p, p.idx), 0);
		assert_true(excess(&p) < 0.1);
		memcpy(p.x, p.code, p.d * sizeof(*p.x));
		find(&p, NULL);
		assert_int_equal(p.idx[0], 0);
		problem_free(&p);
	}
}

/* What ordinary codes are centred by must stay: tokens depend on it. */
static void
only_codes_that_crowd_far_from_the_mean_have_another_centre(void **state)
{
	float line[32], centre[1], start[32];
	struct nearest s;

	(void)state;
	for (size_t j = 0; j < 32; j++)
		line[j] = (float)j;
	for (int power = 0; power < 40; power++) {
		line[31] = ldexpf(1, power);
		centre[0] = (465 + line[31]) / 32;
		for (size_t j = 0; j < 32; j++)
			start[j] = -0.5f * (line[j] - centre[0]) *
				(line[j] - centre[0]);
		nearest_init(&s, line, 32, 1);
		assert_true((s.centre[0] == 15) == (power >= 15));
		assert_true(centre_settle(line, 32, 1, start, centre) ==
			(power >= 15));
		assert_true(centre[0] == s.centre[0]);
		nearest_free(&s);
	}
	/* Nothing is lost where those are all in one place. */
	memset(line, 0, sizeof(line));
	line[3] = 1e6f;
	nearest_init(&s, line, 32, 1);
	assert_true(s.centre[0] == 1e6f / 32);
	nearest_free(&s);
}

static void
a_code_finds_itself(void **state)
{
	struct rng r = seeded("a_code_finds_itself");
	enum { K = 1000, D = 6 };
	float *code = normals(&r, (size_t)K * D, 1);
	float *work = mem_floats(nearest_work(D)), score[K];
	struct nearest s;
	uint32_t idx[K];

	(void)state;
	nearest_init(&s, code, K, D);
	nearest_find(&s, code, K, idx, score, work);
	for (size_t j = 0; j < K; j++) {
		double norm = 0;

		assert_int_equal(idx[j], j);
		for (size_t i = 0; i < D; i++) {
			double c = (double)(code[j * D + i] - s.centre[i]);

			norm += c * c;
		}
		near(norm - 2 * (double)score[j], 0, 1e-5 * (1 + norm));
	}
	nearest_free(&s);
	free(code);
	free(work);
}

/* Even where every score overflows there is an index in range. */
static void
overflow_and_nan_stay_in_range(void **state)
{
	static const float value[] = { 3e38f, -3e38f, INFINITY, NAN };
	float code[7 * 3], x[4 * 3], *work = mem_floats(nearest_work(3));
	struct nearest s;
	uint32_t idx[4];

	(void)state;
	for (size_t i = 0; i < 12; i++)
		x[i] = value[i / 3];
	for (size_t i = 0; i < 21; i++)
		code[i] = i % 2 ? 1e38f : -1e38f;
	nearest_init(&s, code, 7, 3);
	nearest_find(&s, x, 4, idx, NULL, work);
	for (size_t v = 0; v < 4; v++)
		assert_true(idx[v] < 7);
	nearest_free(&s);
	free(work);
}

static void
batch_split_and_pool_change_nothing(void **state)
{
	struct rng r = seeded("batch_split_and_pool_change_nothing");
	enum { N = 1500, K = 700, D = 19 };
	float *x = normals(&r, (size_t)N * D, 1), *work;
	float *code = normals(&r, (size_t)K * D, 1);
	float one[N], all[N], cut[N];
	uint32_t i_one[N], i_all[N], i_cut[N];
	struct nearest s;

	(void)state;
	/* Many near ties: a lattice. */
	for (size_t i = 0; i < (size_t)N * D; i++)
		x[i] = roundf(2 * x[i]);
	for (size_t i = 0; i < (size_t)K * D; i++)
		code[i] = roundf(2 * code[i]);
	nearest_init(&s, code, K, D);
	work = mem_floats(nearest_work(D));
	for (size_t v = 0; v < N; v++)
		nearest_find(&s, x + v * D, 1, i_one + v, one + v, work);
	for (size_t v = 0, n; v < N; v += n) {
		n = between(&r, 1, N - v < 250 ? N - v : 250);
		nearest_find(&s, x + v * D, n, i_cut + v, cut + v, work);
	}
	same_bits(cut, one, N);
	assert_memory_equal(i_cut, i_one, sizeof(i_one));
	for (size_t threads = 1; threads <= 3; threads++) {
		struct pool *pool = pool_open(threads);

		nearest_find_all(&s, pool, x, N, i_all, all);
		same_bits(all, one, N);
		assert_memory_equal(i_all, i_one, sizeof(i_one));
		pool_close(pool);
	}
	nearest_free(&s);
	free(x);
	free(code);
	free(work);
}

/* More codes than one block of the cache holds, at every width of it. */
static void
blocks_of_codes_join_without_a_seam(void **state)
{
	struct rng r = seeded("blocks_of_codes_join_without_a_seam");
	enum { K = 9000, N = 40 };

	(void)state;
	for (size_t d = 1; d <= 4; d++) {
		struct problem p = { .n = N, .k = K, .d = d, .scale = 1 };

		p.x = normals(&r, N * d + 1, 1) + 1;
		p.code = normals(&r, K * d, 1);
		p.idx = mem_alloc(N, sizeof(*p.idx));
		nearest_init(&p.s, p.code, K, d);
		find(&p, NULL);
		assert_int_equal(violations(&p, p.idx), 0);
		problem_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_winner_is_within_the_bound),
		cmocka_unit_test(the_plain_version_agrees_but_in_near_ties),
		cmocka_unit_test(equal_codes_go_to_the_lowest_index),
		cmocka_unit_test(far_codes_do_not_blur_the_rest),
		cmocka_unit_test(
			only_codes_that_crowd_far_from_the_mean_have_another_centre),
		cmocka_unit_test(a_code_finds_itself),
		cmocka_unit_test(overflow_and_nan_stay_in_range),
		cmocka_unit_test(batch_split_and_pool_change_nothing),
		cmocka_unit_test(blocks_of_codes_join_without_a_seam),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
