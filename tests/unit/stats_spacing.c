/* stats_spacing.c - nearest pairs and equal codes against plain loops. */
#include "numbers.h"

#include <stdlib.h>

#include "stats/spacing.h"

enum { K = 300, D = 3 };

static double
distance(const float *a, const float *b)
{
	double sum = 0;

	for (size_t i = 0; i < D; i++)
		sum += pow((double)a[i] - (double)b[i], 2);
	return sqrt(sum);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
distances_are_those_of_plain_loops(void **state)
{
	static float x[K * D];
	static double to[K];
	struct spacing p, q;
	struct pool *pool = pool_open(3);

	(void)state;
	for (size_t i = 0; i < K * D; i++)
		x[i] = (float)sin(0.11 * (double)(i * i % 2003));
	for (size_t i = 0; i < K; i++) {
		to[i] = INFINITY;
		for (size_t j = 0; j < K; j++)
			if (j != i)
				to[i] = fmin(
					to[i], distance(x + i * D, x + j * D));
	}
	qsort(to, K, sizeof(*to), compare);
	p = spacing_near(x, K, D, NULL);
	q = spacing_near(x, K, D, pool);
	assert_int_equal(p.asked, K);
	near(p.least, to[0], 1e-6);
	near(p.median, (to[K / 2 - 1] + to[K / 2]) / 2, 1e-6);
	assert_memory_equal(&p, &q, sizeof(p));
	pool_close(pool);
}

static void
equal_codes_are_at_no_distance_and_counted(void **state)
{
	const float x[] = { 1, 2, 3, 0, 0, 0, 1, 2, 3, 5, 5, 5, 1, 2, 3, -0.0f,
		0, 0 };
	struct spacing p = spacing_near(x, 6, 3, NULL);

	(void)state;
	near(p.least, 0, 0);
	near(p.median, 0, 0);
	assert_int_equal(spacing_equal(x, NULL, 6, 3), 3);
	assert_int_equal(spacing_equal(x, NULL, 2, 3), 0);
	assert_int_equal(spacing_equal(x, NULL, 0, 3), 0);
}

static void
one_code_has_no_neighbour(void **state)
{
	const float x[2] = { 3, 4 };
	struct spacing p = spacing_near(x, 1, 2, NULL);

	(void)state;
	assert_int_equal(p.asked, 0);
	assert_true(isnan(p.least) && isnan(p.median));
	near(spacing_spread(x, 1, 2), 0, 0);
	near(spacing_spread(x, 2, 1), 0.5, 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_those_of_plain_loops),
		cmocka_unit_test(equal_codes_are_at_no_distance_and_counted),
		cmocka_unit_test(one_code_has_no_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
