/* k-means of vectors that weigh: a weight is how often a vector is there. */
#include "numbers.h"
#include "quant/kmeans.h"

/* Rows that count 1 to 3 times, weighed and written out. */
struct counted {
	size_t n, all, d;
	float *x, *w, *copies;
};

static struct counted
counted_rows(struct rng *r, size_t n, size_t d)
{
	struct counted c = { .n = n, .d = d };

	c.x = normals(r, n * d, 1);
	c.w = mem_floats(n);
	c.copies = mem_floats(3 * n * d);
	for (size_t v = 0; v < n; v++) {
		size_t times = between(r, 1, 3);

		c.w[v] = (float)times;
		for (; times; times--)
			memcpy(c.copies + c.all++ * d, c.x + v * d,
				d * sizeof(*c.x));
	}
	return c;
}

static void
counted_free(struct counted *c)
{
	free(c->x);
	free(c->w);
	free(c->copies);
}

static void
a_weight_of_two_is_the_vector_twice(void **state)
{
	struct rng r = seeded("a_weight_of_two_is_the_vector_twice");
	enum { K = 20, D = 5, N = 700 };
	struct counted c = counted_rows(&r, N, D);
	float once[K * D], twice[K * D], plain[K * D];
	struct pool *pool = pool_open(3);

	(void)state;
	for (size_t it = 1; it <= 12; it++) {
		struct kmeans o = { K, it, 0 };
		double error;

		memcpy(once, c.x, sizeof(once));
		memcpy(twice, c.x, sizeof(once));
		memcpy(plain, c.x, sizeof(once));
		error = kmeans_lloyd_weighted(&o, c.x, c.w, N, D, pool, once);
		near(kmeans_lloyd(&o, c.copies, c.all, D, NULL, twice), error,
			1e-9);
		for (size_t i = 0; i < K * D; i++)
			near((double)once[i], (double)twice[i], 1e-6);
		/* And not what it is without weights. */
		kmeans_lloyd(&o, c.x, N, D, NULL, plain);
		assert_memory_not_equal(plain, once, sizeof(once));
	}
	pool_close(pool);
	counted_free(&c);
}

/* Of 8 far clusters of 4 vectors the 4 that weigh most are the centres. */
static void
a_weighted_start_goes_where_the_weight_is(void **state)
{
	struct rng r = seeded("a_weighted_start_goes_where_the_weight_is");
	enum { K = 4, C = 8, N = 4000, D = 2 };
	float *x = normals(&r, N * D, 0.01), *w = mem_floats(N), centre[K * D];
	struct pool *pool = pool_open(3);

	(void)state;
	for (size_t v = 0; v < N; v++) {
		x[v * D] += (float)(10 * (v / (N / C)));
		w[v] = v / (N / C) < K ? 1e6f : 1e-3f;
	}
	for (int trial = 0; trial < 10; trial++) {
		bool found[C] = { false };
		struct rng same = r;
		float again[K * D];

		kmeans_seed_weighted(x, w, N, D, K, &r, NULL, centre);
		kmeans_seed_weighted(x, w, N, D, K, &same, pool, again);
		assert_memory_equal(again, centre, sizeof(centre));
		for (size_t j = 0; j < K; j++)
			found[(size_t)lround((double)centre[j * D] / 10)] =
				true;
		for (size_t j = 0; j < C; j++)
			assert_int_equal(found[j], j < K);
	}
	pool_close(pool);
	free(x);
	free(w);
}

/* Three places 1.05 apart, two centres: which neighbours become one depends
 * on what they weigh. */
static void
light_neighbours_are_merged(void **state)
{
	struct rng r = seeded("light_neighbours_are_merged");
	enum { N = 300 };

	(void)state;
	for (size_t n = 3; n <= N; n += N - 3) {
		float *x = normals(&r, n, 1e-4), *w = mem_floats(n), centre[2];

		for (size_t v = 0; v < n; v++) {
			x[v] += (float)(v % 3) * 1.05f;
			w[v] = v % 3 ? 1 : 100;
		}
		kmeans_seed_weighted(x, w, n, 1, 2, &r, NULL, centre);
		near(fmin((double)centre[0], (double)centre[1]), 0, 0.01);
		near(fmax((double)centre[0], (double)centre[1]), 1.575, 0.1);
		free(x);
		free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_weight_of_two_is_the_vector_twice),
		cmocka_unit_test(a_weighted_start_goes_where_the_weight_is),
		cmocka_unit_test(light_neighbours_are_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
