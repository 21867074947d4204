/* k-means by bounds: the winners of nearest.h, bit by bit, for any data. */
#include "kernel/nearest.h"
#include "numbers.h"
#include "quant/kmeans.h"
#include "quant/kmeans_bounds.h"
#include "quant/kmeans_probe.h"

/* Vectors in heaps, from which bounds have something to skip. */
static float *
heaps(struct rng *r, size_t n, size_t d, size_t heaps, double apart)
{
	float *at = normals(r, heaps * d, apart), *x = normals(r, n * d, 1);

	for (size_t v = 0; v < n; v++) {
		size_t h = rng_below(r, heaps);

		for (size_t i = 0; i < d; i++)
			x[v * d + i] += at[h * d + i];
	}
	free(at);
	return x;
}

struct walk {
	struct kmeans_cells c;
	struct kmeans_groups g;
	struct kmeans_bounds b;
	float *centre;
	struct pool *pool;
};

static void
walk_open(struct walk *w, const float *x, size_t n, size_t d,
	const float *centre, size_t k, struct pool *pool)
{
	struct nearest s;

	*w = (struct walk){ .pool = pool };
	kmeans_cells_init(&w->c, x, n, d, k);
	kmeans_groups_init(&w->g, centre, k, d, 8);
	w->centre = mem_floats(k * d);
	memcpy(w->centre, centre, k * d * sizeof(*centre));
	nearest_init(&s, centre, k, d);
	nearest_find_all(&s, pool, x, n, w->c.idx, NULL);
	nearest_free(&s);
	kmeans_cells_measure(&w->c, centre, pool);
	kmeans_bounds_init(&w->b, &w->c, &w->g, centre, pool);
}

static void
walk_close(struct walk *w)
{
	kmeans_bounds_free(&w->b);
	kmeans_groups_free(&w->g);
	kmeans_cells_free(&w->c);
	free(w->centre);
}

/* A step by bounds gives what a search of everything gives. */
static void
step_as_searched(struct walk *w)
{
	const struct kmeans_cells *c = &w->c;
	uint32_t *want = mem_alloc(c->n, sizeof(*want));
	struct nearest s;

	nearest_init(&s, w->centre, c->k, c->d);
	nearest_find_all(&s, w->pool, c->x, c->n, want, NULL);
	nearest_free(&s);
	kmeans_bounds_step(&w->b, w->centre, w->pool);
	assert_memory_equal(c->idx, want, c->n * sizeof(*want));
	for (size_t v = 0; v < c->n; v++)
		near(c->dist[v],
			kmeans_cells_distance(c->x + v * c->d,
				w->centre + want[v] * c->d, c->d),
			0);
	free(want);
}

/* Codes stay, creep, or one of them jumps onto a vector. */
static void
disturb(struct walk *w, struct rng *r, double scale)
{
	const struct kmeans_cells *c = &w->c;
	size_t what = rng_below(r, 4), j = rng_below(r, c->k);

	for (size_t i = 0; i < c->k * c->d && what < 2; i++)
		w->centre[i] += (float)(scale * 0.01 * rng_normal(r)) *
			(float)(what == 0 || i % 3 == 0);
	if (what == 2)
		memcpy(w->centre + j * c->d, c->x + rng_below(r, c->n) * c->d,
			c->d * sizeof(*c->x));
}

static void
walks_as_searched(const char *what, const float *x, size_t n, size_t d,
	size_t k, double scale, struct rng *r, struct pool *pool)
{
	float *centre = mem_floats(k * d);
	struct walk w;

	print_message("# %s: n %zu d %zu k %zu\n", what, n, d, k);
	for (size_t j = 0; j < k; j++)
		memcpy(centre + j * d, x + rng_below(r, n) * d, d * sizeof(*x));
	walk_open(&w, x, n, d, centre, k, pool);
	for (int i = 0; i < 12; i++) {
		step_as_searched(&w);
		if (i % 2)
			kmeans_cells_means(&w.c, w.centre, pool);
		else
			disturb(&w, r, scale);
	}
	walk_close(&w);
	free(centre);
}

static void
winners_are_those_of_a_full_search(void **state)
{
	struct rng r = seeded("winners_are_those_of_a_full_search");

	(void)state;
	for (int trial = 0; trial < 25; trial++) {
		struct pool *pool = pool_open(between(&r, 1, 3));
		size_t n = between(&r, 1, 2500), d = between(&r, 1, 40);
		size_t k = between(&r, 1, n < 300 ? n : 300);
		float *x = normals(&r, n * d, 1);
		float *h = heaps(&r, n, d, 9, 20);

		walks_as_searched("normal", x, n, d, k, 1, &r, pool);
		walks_as_searched("heaps", h, n, d, k, 1, &r, pool);
		pool_close(pool);
		free(x);
		free(h);
	}
}

/* Few values, so that many codes and distances are equal. */
static void
ties_go_to_the_lowest_code(void **state)
{
	struct rng r = seeded("ties_go_to_the_lowest_code");
	enum { N = 1500, D = 4, K = 200 };
	float *x = mem_floats((size_t)N * D);

	(void)state;
	for (size_t i = 0; i < N * D; i++)
		x[i] = (float)rng_below(&r, 3);
	walks_as_searched("lattice", x, N, D, K, 0, &r, NULL);
	for (size_t i = 0; i < N * D; i++)
		x[i] = 3;
	walks_as_searched("constant", x, N, D, K, 0, &r, NULL);
	for (size_t i = 0; i < N * D; i++)
		x[i] = i / D % 7 ? 1e-3f : 1.5f;
	walks_as_searched("two", x, N, D, K, 0, &r, NULL);
	free(x);
}

/* Far from the mean a score's rounding decides: bounds must expect that. */
static void
rounding_is_part_of_the_bounds(void **state)
{
	struct rng r = seeded("rounding_is_part_of_the_bounds");
	static const double scales[] = { 1e-30, 1e-22, 1e-19, 1e-10, 1, 1e10,
		1e15 };
	static const double aparts[] = { 1e1, 1e3, 3e3, 1e4, 1e6 };
	enum { N = 1200, D = 12, K = 161 }; /* the last group has one code */

	(void)state;
	for (size_t a = 0; a < sizeof(aparts) / sizeof(*aparts); a++) {
		float *x = heaps(&r, N, D, 3, aparts[a]);

		walks_as_searched("apart", x, N, D, K, 1, &r, NULL);
		free(x);
	}
	for (size_t s = 0; s < sizeof(scales) / sizeof(*scales); s++) {
		float *x = heaps(&r, N, D, 20, 5);

		for (size_t i = 0; i < N * D; i++)
			x[i] = (float)((double)x[i] * scales[s]);
		walks_as_searched("scaled", x, N, D, K, scales[s], &r, NULL);
		free(x);
	}
}

static void
codes_that_creep_are_hardly_searched(void **state)
{
	struct rng r = seeded("codes_that_creep_are_hardly_searched");
	enum { N = 3000, D = 8, K = 128 };
	float *x = heaps(&r, N, D, K, 20);
	struct walk w;

	(void)state;
	walk_open(&w, x, N, D, x, K, NULL);
	step_as_searched(&w);
	assert_true(w.b.searched < 1);
	for (int i = 0; i < 5; i++) {
		step_as_searched(&w); /* they stay */
		assert_true(w.b.searched <= 0.05);
	}
	for (size_t i = 0; i < K * D; i++)
		w.centre[i] += 1e-3f;
	step_as_searched(&w);
	assert_true(w.b.searched < 0.2);
	for (size_t i = 0; i < K * D; i++)
		w.centre[i] = x[N * D - 1 - i]; /* all others */
	step_as_searched(&w);
	assert_true(w.b.searched > 0.5);
	walk_close(&w);
	free(x);
}

static void
numbers_near_overflow_get_no_bounds(void **state)
{
	enum { N = 3, D = 2 };
	float x[N * D] = { 0, 1, 2, 3, 4, 5 }, centre[D] = { 0 };
	struct kmeans_cells c;

	(void)state;
	kmeans_cells_init(&c, x, N, D, 1);
	assert_true(kmeans_probe_safe(&c, centre));
	x[3] = -1e18f;
	assert_false(kmeans_probe_safe(&c, centre));
	x[3] = NAN;
	assert_false(kmeans_probe_safe(&c, centre));
	x[3] = 0;
	centre[1] = INFINITY;
	assert_false(kmeans_probe_safe(&c, centre));
	kmeans_cells_free(&c);
}

/* The same codes and error as without bounds, also where they are taken up and
 * dropped on the way. */
static void
lloyd_as_without(const char *what, const float *x, size_t n, size_t d, size_t k,
	const float *start, struct pool *pool)
{
	struct kmeans o = { k, 60, 0 };
	float *got = mem_floats(k * d), *want = mem_floats(k * d);
	double error;

	print_message("# %s: n %zu d %zu k %zu\n", what, n, d, k);
	memcpy(got, start, k * d * sizeof(*got));
	memcpy(want, start, k * d * sizeof(*want));
	error = kmeans_lloyd_ref(&o, x, n, d, NULL, want);
	near(kmeans_lloyd(&o, x, n, d, pool, got), error, 0);
	same_bits(got, want, k * d);
	free(got);
	free(want);
}

static void
lloyd_gives_the_same_bits_as_without(void **state)
{
	struct rng r = seeded("lloyd_gives_the_same_bits_as_without");
	enum { N = 3000, D = 32, K = 512 };
	float *x = heaps(&r, N, D, 300, 8), *start = mem_floats(K * D);

	(void)state;
	for (size_t threads = 1; threads <= 3; threads++) {
		struct pool *pool = pool_open(threads);

		kmeans_seed(x, N, D, K, &r, pool, start);
		lloyd_as_without("heaps", x, N, D, K, start, pool);
		pool_close(pool);
	}
	lloyd_as_without("first vectors", x, N, D, K, x, NULL);
	for (size_t i = 0; i < K * D; i++)
		start[i] = i < K * D / 2 ? x[i] : 1e4f + (float)(i % 5);
	lloyd_as_without("empty codes", x, N, D, K, start, NULL);
	lloyd_as_without("as many", x, K, D, K, x, NULL);
	lloyd_as_without("one", x, N, D, 1, x, NULL);
	for (size_t i = 0; i < N * D; i++)
		x[i] = x[i % (K / 2 * D)];
	lloyd_as_without("duplicates", x, N, D, K, x, NULL);
	for (size_t i = 0; i < N * D; i++)
		x[i] *= 1e17f;
	lloyd_as_without("huge", x, N, D, K, x, NULL);
	free(x);
	free(start);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(winners_are_those_of_a_full_search),
		cmocka_unit_test(ties_go_to_the_lowest_code),
		cmocka_unit_test(rounding_is_part_of_the_bounds),
		cmocka_unit_test(codes_that_creep_are_hardly_searched),
		cmocka_unit_test(numbers_near_overflow_get_no_bounds),
		cmocka_unit_test(lloyd_gives_the_same_bits_as_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
