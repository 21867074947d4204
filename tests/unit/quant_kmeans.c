/* k-means: finds clusters, never gets worse, survives degenerate data. */
#include "numbers.h"
#include "quant/kmeans.h"

static double
distance(const float *a, const float *b, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += ((double)a[i] - (double)b[i]) *
			((double)a[i] - (double)b[i]);
	return sum;
}

/* Mean squared distance to the nearest centre, by the definition. */
static double
error_of(const float *x, size_t n, size_t d, const float *centre, size_t k)
{
	double sum = 0;

	for (size_t v = 0; v < n; v++) {
		double least = INFINITY;

		for (size_t j = 0; j < k; j++)
			least = fmin(
				least, distance(x + v * d, centre + j * d, d));
		sum += least;
	}
	return sum / (double)n;
}

static void
far_clusters_are_found(void **state)
{
	struct rng r = seeded("far_clusters_are_found");
	enum { K = 6, D = 3, N = 600 };
	size_t missed = 0;

	(void)state;
	for (int trial = 0; trial < 30; trial++) {
		struct kmeans o = { K, 20, 0 };
		float *at = normals(&r, K * D, 1000);
		float *x = normals(&r, N * D, 1), centre[K * D];

		for (size_t i = 0; i < N * D; i++)
			x[i] += at[i / D % K * D + i % D];
		kmeans_seed(x, N, D, K, &r, NULL, centre);
		kmeans_lloyd(&o, x, N, D, NULL, centre);
		missed += error_of(at, K, D, centre, K) > 0.3;
		free(at);
		free(x);
	}
	/* Greedy starts fail at times, as k-means++ does. */
	assert_true(missed <= 3);
}

static void
the_error_never_rises(void **state)
{
	struct rng r = seeded("the_error_never_rises");
	enum { N = 1000, D = 5, K = 60 };
	struct kmeans once = { K, 1, 0 }, more = { K, 10, 0 };
	float *x = normals(&r, N * D, 1), centre[K * D], again[K * D];
	double last = INFINITY;

	(void)state;
	kmeans_seed(x, N, D, K, &r, NULL, centre);
	memcpy(again, centre, sizeof(centre));
	for (int i = 0; i < 10; i++) {
		double want = error_of(x, N, D, centre, K);
		double e = kmeans_lloyd(&once, x, N, D, NULL, centre);

		near(e, want, 1e-6 * want);
		assert_true(e <= last * (1 + 1e-6));
		last = e;
	}
	near(kmeans_lloyd(&more, x, N, D, NULL, again), last, 0);
	same_bits(again, centre, K * D);
	free(x);
}

static void
a_start_serves_better_than_vectors_drawn_blindly(void **state)
{
	struct rng r =
		seeded("a_start_serves_better_than_vectors_drawn_blindly");
	enum { N = 2000, D = 2, K = 50 };
	float *x = normals(&r, N * D, 1), centre[K * D], uniform[K * D];
	double spread = 0, plain = 0;

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		kmeans_seed(x, N, D, K, &r, NULL, centre);
		for (size_t j = 0; j < K; j++)
			memcpy(uniform + j * D, x + rng_below(&r, N) * D,
				D * sizeof(*x));
		spread += error_of(x, N, D, centre, K);
		plain += error_of(x, N, D, uniform, K);
	}
	assert_true(spread < 0.8 * plain);
	free(x);
}

/* Lloyd's iteration in double, as it is defined; no code gets empty. */
static double
iterate(const float *x, size_t n, size_t d, double *centre, size_t k)
{
	double *sum = mem_zalloc(k * d, sizeof(*sum)), error = 0;
	size_t *count = mem_zalloc(k, sizeof(*count));

	for (size_t v = 0; v < n; v++) {
		double least = INFINITY;
		size_t at = 0;

		for (size_t j = 0; j < k; j++) {
			double dist = 0;

			for (size_t i = 0; i < d; i++)
				dist += pow((double)x[v * d + i] -
						centre[j * d + i],
					2);
			if (dist < least) {
				least = dist;
				at = j;
			}
		}
		error += least;
		count[at]++;
		for (size_t i = 0; i < d; i++)
			sum[at * d + i] += (double)x[v * d + i];
	}
	for (size_t o = 0; o < k * d; o++) {
		assert_true(count[o / d] > 0);
		centre[o] = sum[o] / (double)count[o / d];
	}
	free(sum);
	free(count);
	return error / (double)n;
}

static void
iterations_are_those_of_lloyd(void **state)
{
	struct rng r = seeded("iterations_are_those_of_lloyd");
	enum { N = 1500, D = 4, K = 40, IT = 15 };
	struct kmeans o = { K, IT, 0 };

	(void)state;
	for (int trial = 0; trial < 5; trial++) {
		float *x = normals(&r, N * D, 1), centre[K * D];
		double want[K * D], error = 0;

		kmeans_seed(x, N, D, K, &r, NULL, centre);
		for (size_t i = 0; i < K * D; i++)
			want[i] = (double)centre[i];
		for (int i = 0; i < IT; i++)
			error = iterate(x, N, D, want, K);
		near(kmeans_lloyd(&o, x, N, D, NULL, centre), error,
			1e-5 * error);
		for (size_t i = 0; i < K * D; i++)
			near((double)centre[i], want[i], 1e-4);
		free(x);
	}
}

static void
one_code_is_the_mean(void **state)
{
	struct rng r = seeded("one_code_is_the_mean");
	struct kmeans o = { 1, 3, 0 };
	enum { N = 700, D = 4 };
	float *x = normals(&r, N * D, 1), centre[D];

	(void)state;
	kmeans_seed(x, N, D, 1, &r, NULL, centre);
	kmeans_lloyd(&o, x, N, D, NULL, centre);
	for (size_t i = 0; i < D; i++) {
		double sum = 0;

		for (size_t v = 0; v < N; v++)
			sum += (double)x[v * D + i];
		near((double)centre[i], sum / N, 1e-7);
	}
	free(x);
}

static void
as_many_codes_as_vectors_leave_no_error(void **state)
{
	struct rng r = seeded("as_many_codes_as_vectors_leave_no_error");
	struct kmeans o = { 40, 20, 0 };
	enum { N = 40, D = 3 };
	float *x = normals(&r, N * D, 1), centre[N * D];

	(void)state;
	kmeans_seed(x, N, D, N, &r, NULL, centre);
	near(kmeans_lloyd(&o, x, N, D, NULL, centre), 0, 1e-12);
	free(x);
}

static void
duplicates_do_no_harm(void **state)
{
	struct rng r = seeded("duplicates_do_no_harm");
	struct kmeans o = { 10, 5, 0 };
	enum { N = 100, D = 2, K = 10 };
	float *x = normals(&r, N * D, 1), centre[K * D];

	(void)state;
	for (size_t i = 5 * D; i < N * D; i++)
		x[i] = x[i % (5 * D)]; /* five different vectors */
	kmeans_seed(x, N, D, K, &r, NULL, centre);
	near(kmeans_lloyd(&o, x, N, D, NULL, centre), 0, 1e-12);
	near(error_of(centre, K, D, x, N), 0, 1e-12);
	for (size_t i = 0; i < N * D; i++)
		x[i] = 3; /* one */
	kmeans_seed(x, N, D, K, &r, NULL, centre);
	near(kmeans_lloyd(&o, x, N, D, NULL, centre), 0, 0);
	for (size_t i = 0; i < K * D; i++)
		near((double)centre[i], 3, 0);
	free(x);
}

static void
empty_codes_take_the_vectors_served_worst(void **state)
{
	struct rng r = seeded("empty_codes_take_the_vectors_served_worst");
	struct kmeans once = { 5, 1, 0 };
	enum { N = 50, D = 2, K = 5 };
	float *x = normals(&r, N * D, 1), centre[K * D];

	(void)state;
	for (size_t j = 0; j < 3; j++) /* three far away, wide apart */
		x[j * 7 * D] = (float)(100 + 50 * j);
	for (size_t i = 0; i < K * D; i++)
		centre[i] = i < D ? 0 : 1e6f; /* all but one are empty */
	kmeans_lloyd(&once, x, N, D, NULL, centre);
	/* The farthest first, in the order of the empty codes. */
	for (size_t j = 0; j < 3; j++)
		same_bits(centre + (j + 1) * D, x + (2 - j) * 7 * D, D);
	assert_true(fabs((double)centre[4 * D]) < 10);
	free(x);
}

static void
a_tolerance_stops_early(void **state)
{
	struct rng r = seeded("a_tolerance_stops_early");
	struct kmeans o = { 20, 100, 0.5 }, two = { 20, 1, 0 };
	enum { N = 500, D = 3, K = 20 };
	float *x = normals(&r, N * D, 1), centre[K * D], want[K * D];

	(void)state;
	kmeans_seed(x, N, D, K, &r, NULL, centre);
	memcpy(want, centre, sizeof(centre));
	kmeans_lloyd(&two, x, N, D, NULL, want);
	kmeans_lloyd(&o, x, N, D, NULL, centre);
	same_bits(centre, want, K * D); /* the second saved less than half */
	free(x);
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");
	enum { N = 3000, D = 7, K = 300 };
	float *x = normals(&r, (size_t)N * D, 1);
	float *want = NULL, *centre = mem_floats((size_t)K * D);

	(void)state;
	for (size_t threads = 1; threads <= 3; threads++) {
		struct pool *pool = pool_open(threads);
		struct kmeans o = { K, 4, 0 };
		struct rng same;

		rng_seed(&same, 5, 0);
		kmeans_seed(x, N, D, K, &same, pool, centre);
		kmeans_lloyd(&o, x, N, D, pool, centre);
		if (want) {
			same_bits(centre, want, (size_t)K * D);
		} else {
			want = centre;
			centre = mem_floats((size_t)K * D);
		}
		pool_close(pool);
	}
	free(want);
	free(centre);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(far_clusters_are_found),
		cmocka_unit_test(the_error_never_rises),
		cmocka_unit_test(
			a_start_serves_better_than_vectors_drawn_blindly),
		cmocka_unit_test(iterations_are_those_of_lloyd),
		cmocka_unit_test(one_code_is_the_mean),
		cmocka_unit_test(as_many_codes_as_vectors_leave_no_error),
		cmocka_unit_test(duplicates_do_no_harm),
		cmocka_unit_test(empty_codes_take_the_vectors_served_worst),
		cmocka_unit_test(a_tolerance_stops_early),
		cmocka_unit_test(any_pool_gives_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
