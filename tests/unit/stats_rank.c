/* stats_rank.c - effective ranks of tables whose singular values are known. */
#include "numbers.h"

#include "stats/rank.h"

/* Rows of a turned frame: row i has s[i] in direction i of a rotation. */
static void
frame(const double *s, size_t n, float *x)
{
	const double c = cos(0.7), t = sin(0.7);

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++)
			x[i * n + j] = i == j ? (float)s[i] : 0;
		for (size_t j = 0; j + 1 < n; j++) {
			double a = (double)x[i * n + j];
			double b = (double)x[i * n + j + 1];

			x[i * n + j] = (float)(c * a - t * b);
			x[i * n + j + 1] = (float)(t * a + c * b);
		}
	}
}

static void
singular_values_give_rank_and_shares(void **state)
{
	const double s[4] = { 4, 2, 1, 1 };
	const double p[4] = { 0.5, 0.25, 0.125, 0.125 };
	double share[4], entropy = 0;
	float x[16];

	(void)state;
	frame(s, 4, x);
	for (size_t i = 0; i < 4; i++)
		entropy -= p[i] * log(p[i]);
	near(rank_effective(x, 4, 4, false, share), exp(entropy), 1e-5);
	for (size_t i = 0; i < 4; i++)
		near(share[i], s[i] * s[i] / 22, 1e-6);
}

/* Wide tables go by their rows, tall ones by their columns. */
static void
a_table_and_its_transpose_have_one_rank(void **state)
{
	enum { N = 700, D = 5 };
	static float x[N * D], y[D * N];
	double a[D], b[D];

	(void)state;
	for (size_t i = 0; i < N * D; i++) {
		x[i] = (float)sin(0.37 * (double)(i * i % 1009));
		y[i % D * N + i / D] = x[i];
	}
	near(rank_effective(x, N, D, false, a),
		rank_effective(y, D, N, false, b), 1e-9);
	for (size_t i = 0; i < D; i++)
		near(a[i], b[i], 1e-9);
}

static void
a_mean_is_taken_away_only_where_that_is_asked(void **state)
{
	const float x[6] = { 1, 100, -1, 100, 3, 100 };

	(void)state;
	near(rank_effective(x, 3, 2, true, NULL), 1, 1e-9);
	assert_true(rank_effective(x, 3, 2, false, NULL) > 1.01);
}

static void
ends_of_the_range(void **state)
{
	const float none[4] = { 0 }, one = 3;
	double share[2];

	(void)state;
	near(rank_effective(none, 2, 2, true, share), 1, 0);
	near(share[0], 0, 0);
	near(rank_effective(&one, 1, 1, false, share), 1, 0);
	near(share[0], 1, 0);
	assert_true(isnan(rank_effective(&one, 0, 5, true, NULL)));
	assert_true(isnan(rank_effective(
		&one, RANK_MOST + 1, RANK_MOST + 1, true, NULL)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(singular_values_give_rank_and_shares),
		cmocka_unit_test(a_table_and_its_transpose_have_one_rank),
		cmocka_unit_test(a_mean_is_taken_away_only_where_that_is_asked),
		cmocka_unit_test(ends_of_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
