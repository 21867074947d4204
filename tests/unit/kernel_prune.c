/*
 * Pruning changes no answer: codes and scores are those of the full search,
 * bit for bit, on data where it skips most, on ties, at the ends of the range
 * of numbers, and where it gives up.
 */
#include "kernel/nearest_prepare.h"
#include "numbers.h"

enum kind {
	BLOBS,
	LATTICE,
	COPIES,
	FAR,
	TIGHT,
	HUGE_ONES,
	TINY_ONES,
	NOISE,
	KINDS
};

struct problem {
	size_t n, k, d;
	float *x, *code;
};

/* Vectors around a few centres, most of their spread in the first numbers, as
 * latents have it. */
static float *
blobs(struct rng *r, const float *centre, size_t n, size_t d)
{
	float *x = normals(r, n * d + 1, 0.3) + 1;

	for (size_t v = 0; v < n; v++) {
		const float *c = centre + rng_below(r, 40) * d;

		for (size_t i = 0; i < d; i++)
			x[v * d + i] = x[v * d + i] / (float)(i + 1) + c[i];
	}
	return x;
}

static void
each(float *x, size_t n, float scale, float shift)
{
	for (size_t i = 0; i < n; i++)
		x[i] = x[i] * scale + shift;
}

static float
close_to_one(struct rng *r)
{
	float x = 1 + (float)rng_below(r, 4000) * 0x1p-21f;

	return rng_below(r, 2) ? x : -x;
}

static struct problem
problem(struct rng *r, enum kind kind, int far)
{
	struct problem p = { .n = between(r, 1, 1200),
		.k = between(r, 256, 1500) };
	float *centre;

	p.d = 8192 / p.k + between(r, 1, 30);
	centre = normals(r, 40 * p.d, 1);
	for (size_t i = 0; i < 40 * p.d; i++)
		centre[i] /= (float)(i % p.d + 1);
	p.x = blobs(r, centre, p.n, p.d);
	p.code = blobs(r, centre, p.k, p.d);
	free(centre);
	for (size_t i = 0; kind == LATTICE && i < p.n * p.d; i++)
		p.x[i] = (float)rng_below(r, 3);
	for (size_t i = 0; kind == LATTICE && i < p.k * p.d; i++)
		p.code[i] = i % p.d < 5 ? (float)rng_below(r, 3) : 1;
	for (size_t j = 1; kind == COPIES && j < p.k; j++)
		if (rng_below(r, 2))
			memcpy(p.code + j * p.d, p.code + rng_below(r, j) * p.d,
				p.d * sizeof(float));
	/* On a line, and closer than rounding: bounds are exact, scores not. */
	for (size_t i = 0; kind == TIGHT && i < p.k * p.d; i++)
		p.code[i] = i % p.d ? 0 : close_to_one(r);
	for (size_t i = 0; kind == TIGHT && i < p.n * p.d; i++)
		p.x[i] = i % p.d ? 0 : close_to_one(r);
	if (kind == FAR) {
		each(p.x, p.n * p.d, 1, 1000);
		each(p.code, p.k * p.d, 1, 1000);
	} else if (kind == HUGE_ONES || kind == TINY_ONES) {
		/* In steps up to where bounds are not trusted any more. */
		float scale = ldexpf(
			1, kind == HUGE_ONES ? 15 + 5 * far : -15 - 5 * far);

		each(p.x, p.n * p.d, scale, 0);
		each(p.code, p.k * p.d, scale, 0);
	} else if (kind == NOISE) {
		float *noise = normals(r, p.k * p.d, 1);

		memcpy(p.code, noise, p.k * p.d * sizeof(*noise));
		free(noise);
	}
	return p;
}

static void
problem_free(struct problem *p)
{
	free(p->x - 1);
	free(p->code - 1);
}

/* Returns whether it was pruned to the end. */
static bool
same_as_the_full_search(const struct problem *p, struct pool *pool)
{
	uint32_t *full = mem_alloc(p->n, sizeof(*full));
	uint32_t *idx = mem_alloc(p->n, sizeof(*idx));
	float *want = mem_floats(p->n), *score = mem_floats(p->n);
	struct nearest s;
	bool pruned;

	nearest_init(&s, p->code, p->k, p->d);
	nearest_find_all(&s, pool, p->x, p->n, full, want);
	nearest_prune(&s, pool, p->code);
	nearest_find_all(&s, pool, p->x, p->n, idx, score);
	assert_memory_equal(idx, full, p->n * sizeof(*idx));
	same_bits(score, want, p->n);
	nearest_find_all(&s, pool, p->x, p->n, idx, NULL);
	assert_memory_equal(idx, full, p->n * sizeof(*idx));
	pruned = s.leaves && s.leaves->pause == 0;
	nearest_free(&s);
	free(full);
	free(idx);
	free(want);
	free(score);
	return pruned;
}

static void
answers_are_those_of_the_full_search(void **state)
{
	struct rng r = seeded("answers_are_those_of_the_full_search");
	size_t pruned[KINDS] = { 0 };
	struct pool *one = pool_open(1), *three = pool_open(3);

	(void)state;
	for (int trial = 0; trial < 10 * KINDS; trial++) {
		enum kind kind = (enum kind)(trial % KINDS);
		struct problem p = problem(&r, kind, trial / KINDS);

		pruned[kind] += same_as_the_full_search(
			&p, trial / KINDS % 2 ? one : three);
		problem_free(&p);
	}
	/* Not because it never tried. */
	assert_true(pruned[BLOBS] >= 5);
	assert_true(pruned[COPIES] >= 5 && pruned[TIGHT] > 0);
	assert_true(pruned[HUGE_ONES] > 0 && pruned[TINY_ONES] > 0);
	pool_close(one);
	pool_close(three);
}

/* One bad vector among good ones: as without pruning, and the others found. */
static void
broken_vectors_are_left_to_the_full_search(void **state)
{
	static const float value[] = { NAN, INFINITY, -INFINITY, 3e38f, 1e20f };
	struct rng r = seeded("broken_vectors_are_left_to_the_full_search");
	struct pool *pool = pool_open(2);

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct problem p = problem(&r, BLOBS, 0);

		p.x[rng_below(&r, p.n * p.d)] = value[i];
		same_as_the_full_search(&p, pool);
		problem_free(&p);
	}
	pool_close(pool);
}

static void
codes_without_usable_bounds_are_not_pruned(void **state)
{
	static const float value[] = { NAN, INFINITY, 1e19f, 0 };
	struct rng r = seeded("codes_without_usable_bounds_are_not_pruned");
	struct pool *pool = pool_open(1);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct problem p = problem(&r, BLOBS, 0);

		if (value[i] == 0)
			memset(p.code, 0, p.k * p.d * sizeof(float));
		else
			p.code[rng_below(&r, p.k * p.d)] = value[i];
		assert_false(same_as_the_full_search(&p, pool));
		problem_free(&p);
	}
	pool_close(pool);
}

/* Gives up on noise, and comes back after some passes. */
static void
pauses_and_tries_again(void **state)
{
	struct rng r = seeded("pauses_and_tries_again");
	struct pool *pool = pool_open(1);
	enum { N = 2000, K = 600, D = 48 };
	float *code = normals(&r, (size_t)K * D, 1);
	float *x = normals(&r, (size_t)N * D, 1);
	uint32_t idx[N];
	struct nearest s;
	int before;

	(void)state;
	nearest_init(&s, code, K, D);
	nearest_prune(&s, NULL, code);
	nearest_find_all(&s, pool, x, N, idx, NULL);
	before = s.leaves->pause;
	assert_true(before > 0);
	for (int i = 0; i < before; i++)
		nearest_find_all(&s, pool, code, 16, idx, NULL);
	assert_int_equal(s.leaves->pause, 0);
	nearest_find_all(&s, pool, code, 16, idx, NULL);
	for (uint32_t j = 0; j < 16; j++)
		assert_int_equal(idx[j], j);
	nearest_free(&s);
	free(code);
	free(x);
	pool_close(pool);
}

/* As in training: the tree grows old, the answers stay right. */
static void
codes_that_move_are_followed(void **state)
{
	struct rng r = seeded("codes_that_move_are_followed");
	struct pool *pool = pool_open(2);
	struct problem p = problem(&r, BLOBS, 0);
	float *step = normals(&r, p.k * p.d, 0.003);
	uint32_t *idx = mem_alloc(p.n, sizeof(*idx));
	uint32_t *want = mem_alloc(p.n, sizeof(*want));
	struct nearest s = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct nearest fresh;

		for (size_t j = 0; j < p.k * p.d; j++)
			p.code[j] += step[(j + (size_t)i) % (p.k * p.d)];
		nearest_prepare(&s, pool, p.code, p.k, p.d);
		assert_true(!s.leaves || s.leaves->stale);
		if (i % 7 != 3) /* else it stays stale: a full search */
			nearest_prune(&s, pool, p.code);
		nearest_init(&fresh, p.code, p.k, p.d);
		nearest_find_all(&s, pool, p.x, p.n, idx, NULL);
		nearest_find_all(&fresh, pool, p.x, p.n, want, NULL);
		assert_memory_equal(idx, want, p.n * sizeof(*idx));
		nearest_free(&fresh);
	}
	assert_true(s.leaves->age > 64);
	nearest_free(&s);
	problem_free(&p);
	free(step);
	free(idx);
	free(want);
	pool_close(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_those_of_the_full_search),
		cmocka_unit_test(broken_vectors_are_left_to_the_full_search),
		cmocka_unit_test(codes_without_usable_bounds_are_not_pruned),
		cmocka_unit_test(pauses_and_tries_again),
		cmocka_unit_test(codes_that_move_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
