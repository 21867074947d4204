/* The start of k-means: cells merged at the least cost, far clusters found. */
#include "numbers.h"
#include "quant/kmeans.h"
#include "quant/kmeans_cells.h"
#include "quant/kmeans_merge.h"

static double
distance(const float *a, const float *b, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += pow((double)a[i] - (double)b[i], 2);
	return sum;
}

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

/* Each cell's nearest other one: which such pair costs least? */
static void
cheapest(const float *mean, const double *count, size_t have, size_t d,
	size_t *a, size_t *b)
{
	double least = INFINITY;

	for (size_t i = 0; i < have; i++) {
		size_t near_by = i ? 0 : 1;
		double cost;

		for (size_t j = 0; j < have; j++)
			if (j != i &&
				distance(mean + i * d, mean + j * d, d) <
					distance(mean + i * d,
						mean + near_by * d, d))
				near_by = j;
		cost = count[i] * count[near_by] / (count[i] + count[near_by]) *
			distance(mean + i * d, mean + near_by * d, d);
		if (cost < least) {
			least = cost;
			*a = i < near_by ? i : near_by;
			*b = i < near_by ? near_by : i;
		}
	}
}

static void
one_merge_is_the_cheapest(void **state)
{
	struct rng r = seeded("one_merge_is_the_cheapest");
	enum { HAVE = 20, D = 3 };

	(void)state;
	for (int trial = 0; trial < 50; trial++) {
		float *mean = normals(&r, HAVE * D, 1), was[HAVE * D];
		double count[HAVE], had[HAVE];
		size_t a = 0, b = 0;

		for (size_t j = 0; j < HAVE; j++)
			had[j] = count[j] = (double)between(&r, 1, 50);
		memcpy(was, mean, sizeof(was));
		cheapest(was, had, HAVE, D, &a, &b);
		kmeans_merge(mean, count, HAVE, D, HAVE - 1, NULL);
		for (size_t j = 0, to = 0; j < HAVE; j++) {
			if (j == b)
				continue;
			near(count[to], j == a ? had[a] + had[b] : had[j], 0);
			for (size_t i = 0; i < D && j == a; i++)
				near((double)mean[to * D + i],
					(had[a] * (double)was[a * D + i] +
						had[b] *
							(double)was[b * D +
								i]) /
						(had[a] + had[b]),
					1e-6);
			if (j != a && j != b)
				same_bits(mean + to * D, was + j * D, D);
			to++;
		}
		free(mean);
	}
}

static void
merging_keeps_the_mean_of_all(void **state)
{
	struct rng r = seeded("merging_keeps_the_mean_of_all");
	enum { HAVE = 300, K = 7, D = 4 };
	float *mean = normals(&r, HAVE * D, 1);
	double count[HAVE], sum[D] = { 0 }, total = 0;

	(void)state;
	for (size_t j = 0; j < HAVE; j++) {
		count[j] = (double)between(&r, 1, 9);
		total += count[j];
		for (size_t i = 0; i < D; i++)
			sum[i] += count[j] * (double)mean[j * D + i];
	}
	kmeans_merge(mean, count, HAVE, D, K, NULL);
	for (size_t j = 0; j < K; j++) {
		assert_true(count[j] > 0);
		total -= count[j];
		for (size_t i = 0; i < D; i++)
			sum[i] -= count[j] * (double)mean[j * D + i];
	}
	near(total, 0, 0);
	for (size_t i = 0; i < D; i++)
		near(sum[i], 0, 1e-3);
	free(mean);
}

/* Clusters of 30 around points so far apart that to miss one costs dear. */
static void
far_clusters_are_all_found(void **state)
{
	struct rng r = seeded("far_clusters_are_all_found");
	enum { K = 256, D = 16, N = 7680 };
	size_t missed = 0;

	(void)state;
	for (int trial = 0; trial < 10; trial++) {
		float *at = normals(&r, K * D, 100);
		float *x = normals(&r, N * D, 1), centre[K * D];

		for (size_t i = 0; i < N * D; i++)
			x[i] += at[i / D % K * D + i % D];
		kmeans_seed(x, N, D, K, &r, NULL, centre);
		missed += error_of(at, K, D, centre, K) > D;
		free(at);
		free(x);
	}
	assert_int_equal(missed, 0);
}

/* Whatever n is to k, there are k centres, all of them among the vectors'
 * means: none beyond the vectors' range. */
static void
any_number_of_vectors_starts(void **state)
{
	struct rng r = seeded("any_number_of_vectors_starts");

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		size_t k = between(&r, 1, 40), n = between(&r, k, 4 * k);
		size_t d = between(&r, 1, 5), values = between(&r, 1, 3);
		float *x = normals(&r, n * d, 1), *centre = unwritten(k * d);

		for (size_t i = 0; i < n * d && trial % 2; i++)
			x[i] = (float)rng_below(&r, values);
		kmeans_seed(x, n, d, k, &r, NULL, centre);
		for (size_t i = 0; i < d; i++) {
			float low = INFINITY, high = -INFINITY;

			for (size_t v = 0; v < n; v++) {
				low = fminf(low, x[v * d + i]);
				high = fmaxf(high, x[v * d + i]);
			}
			for (size_t j = 0; j < k; j++)
				assert_true(centre[j * d + i] >= low &&
					centre[j * d + i] <= high);
		}
		if (n == k && trial % 2 == 0)
			near(error_of(x, n, d, centre, k), 0, 0);
		free(x);
		free(centre);
	}
}

static void
the_worst_rows_come_in_order(void **state)
{
	struct rng r = seeded("the_worst_rows_come_in_order");

	(void)state;
	for (int trial = 0; trial < 100; trial++) {
		size_t n = between(&r, 1, 60), m = between(&r, 1, n);
		double dist[60];
		bool used[60] = { false };
		size_t row[60];

		for (size_t v = 0; v < n; v++)
			dist[v] = (double)rng_below(&r, 12);
		kmeans_cells_worst(dist, n, m, row);
		for (size_t i = 0; i < m; i++) {
			size_t want = n;

			for (size_t v = 0; v < n; v++)
				if (!used[v] &&
					(want == n || dist[v] > dist[want]))
					want = v;
			assert_int_equal(row[i], want);
			used[want] = true;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_merge_is_the_cheapest),
		cmocka_unit_test(merging_keeps_the_mean_of_all),
		cmocka_unit_test(far_clusters_are_all_found),
		cmocka_unit_test(any_number_of_vectors_starts),
		cmocka_unit_test(the_worst_rows_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
