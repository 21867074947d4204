/* k-means of a stream: running means, revival, and when it has settled. */
#include "kernel/nearest.h"
#include "numbers.h"
#include "quant/kmeans.h"
#include "quant/kmeans_batch.h"

/* After a code has won c vectors it is their plain mean, with its start
 * counted as often as was said. */
static void
codes_are_running_means(void **state)
{
	struct rng r = seeded("codes_are_running_means");
	enum { N = 50, K = 6, D = 3, START = 4 };
	float *centre = normals(&r, K * D, 1);
	double won[K], sum[K * D];
	struct kmeans_batch b;

	(void)state;
	kmeans_batch_init(&b, centre, K, D, START);
	for (size_t o = 0; o < K * D; o++) {
		won[o / D] = START;
		sum[o] = START * (double)centre[o];
	}
	for (int step = 0; step < 30; step++) {
		float *x = normals(&r, N * D, 1);
		uint32_t idx[N];
		double error = 0;

		nearest_ref(x, N, b.centre, K, D, idx);
		for (size_t v = 0; v < N; v++) {
			won[idx[v]]++;
			for (size_t i = 0; i < D; i++) {
				float c = b.centre[idx[v] * D + i];

				sum[idx[v] * D + i] += (double)x[v * D + i];
				error += pow(
					(double)(x[v * D + i]) - (double)c, 2);
			}
		}
		near(kmeans_batch_step(&b, x, N, NULL), error / N, 1e-9);
		free(x);
	}
	for (size_t o = 0; o < K * D; o++)
		near((double)b.centre[o], sum[o] / won[o / D], 1e-5);
	assert_int_equal(b.reseeded, 0);
	kmeans_batch_free(&b);
	free(centre);
}

static void
codes_out_of_use_take_the_vectors_served_worst(void **state)
{
	struct rng r = seeded("codes_out_of_use_take_the_vectors_served_worst");
	enum { N = 20, K = 4, D = 2 };
	float centre[K * D] = { 0, 0, 9e3f, 9e3f, 0, 0, -9e3f, 9e3f };
	float *x = normals(&r, N * D, 1);
	struct kmeans_batch b;

	(void)state;
	x[7 * D] = 100;
	x[11 * D] = -200;
	x[3 * D] = 50;
	kmeans_batch_init(&b, centre, K, D, 1e9);
	for (int step = 0; step < 9; step++)
		kmeans_batch_step(&b, x, N, NULL);
	assert_int_equal(b.reseeded, 0);
	same_bits(b.centre + D, centre + D, D);
	kmeans_batch_step(&b, x, N, NULL); /* 50 k vectors */
	assert_int_equal(b.reseeded, 3);
	same_bits(b.centre + D, x + 11 * D, D);
	same_bits(b.centre + 2 * D, x + 7 * D, D);
	same_bits(b.centre + 3 * D, x + 3 * D, D);
	near(b.won[1], 1, 0);
	kmeans_batch_step(&b, x, N, NULL);
	assert_int_equal(b.reseeded, 3);
	kmeans_batch_free(&b);
	free(x);
}

static void
a_vector_that_is_served_exactly_revives_none(void **state)
{
	enum { N = 10, K = 2, D = 1 };
	float centre[K] = { 1, 5 }, x[N];
	struct kmeans_batch b;

	(void)state;
	for (size_t v = 0; v < N; v++)
		x[v] = 1;
	kmeans_batch_init(&b, centre, K, D, 1);
	for (int step = 0; step < 30; step++)
		near(kmeans_batch_step(&b, x, N, NULL), 0, 0);
	assert_int_equal(b.reseeded, 0);
	same_bits(b.centre, centre, K);
	kmeans_batch_free(&b);
}

static float *
batch_of_heaps(struct rng *r, const float *at, size_t k, size_t n, size_t d)
{
	float *x = normals(r, n * d, 1);

	for (size_t v = 0; v < n; v++) {
		const float *c = at + rng_below(r, k) * d;

		for (size_t i = 0; i < d; i++)
			x[v * d + i] += c[i];
	}
	return x;
}

static void
a_stream_comes_near_lloyd_and_settles(void **state)
{
	struct rng r = seeded("a_stream_comes_near_lloyd_and_settles");
	enum { N = 500, K = 12, D = 4, ALL = 20000 };
	struct kmeans o = { K, 30, 0 };
	float *at = normals(&r, K * D, 6), centre[K * D];
	float *all = batch_of_heaps(&r, at, K, ALL, D);
	double error = 0, want;
	struct kmeans_batch b;

	(void)state;
	kmeans_seed(all, ALL, D, K, &r, NULL, centre);
	want = kmeans_lloyd(&o, all, ALL, D, NULL, centre);
	kmeans_seed(all, N, D, K, &r, NULL, centre);
	kmeans_batch_init(&b, centre, K, D, 0);
	for (int step = 0; step < 2 * KMEANS_BATCH_WINDOW - 1; step++) {
		float *x = batch_of_heaps(&r, at, K, N, D);

		assert_false(kmeans_batch_settled(&b, 1));
		kmeans_batch_step(&b, x, N, NULL);
		free(x);
	}
	for (int step = 0; step < 200 && !kmeans_batch_settled(&b, 0.01);
		step++) {
		float *x = batch_of_heaps(&r, at, K, N, D);

		error = kmeans_batch_step(&b, x, N, NULL);
		free(x);
	}
	assert_true(kmeans_batch_settled(&b, 0.01));
	assert_false(kmeans_batch_settled(&b, -1));
	near(error, want, 0.25 * want);
	kmeans_batch_free(&b);
	free(at);
	free(all);
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");
	enum { N = 900, K = 30, D = 5 };
	float *x = normals(&r, N * D, 1);
	struct kmeans_batch one, more;
	struct pool *pool = pool_open(3);

	(void)state;
	kmeans_batch_init(&one, x, K, D, 1);
	kmeans_batch_init(&more, x, K, D, 1);
	for (int step = 0; step < 3; step++)
		near(kmeans_batch_step(&one, x, N, NULL),
			kmeans_batch_step(&more, x, N, pool), 0);
	same_bits(one.centre, more.centre, K * D);
	pool_close(pool);
	kmeans_batch_free(&one);
	kmeans_batch_free(&more);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_running_means),
		cmocka_unit_test(
			codes_out_of_use_take_the_vectors_served_worst),
		cmocka_unit_test(a_vector_that_is_served_exactly_revives_none),
		cmocka_unit_test(a_stream_comes_near_lloyd_and_settles),
		cmocka_unit_test(any_pool_gives_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
