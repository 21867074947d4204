/*
 * stats_ranking.c - how uneven use is: by the definitions, over all pairs.
 */
#include "numbers.h"
#include "stats/ranking.h"

enum { K = 300, N = 9000 };

static void
close_to(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12)) {
		print_error("got %.17g, want %.17g\n", got, want);
		fail();
	}
}

/* N codes below K, uneven; n is [K]. */
static void
count(struct counts *c, uint64_t *n, struct rng *r)
{
	uint32_t code[N];

	memset(n, 0, K * sizeof(*n));
	for (size_t i = 0; i < N; i++) {
		uint64_t u = rng_below(r, K), v = rng_below(r, K);

		code[i] = (uint32_t)(u * v * v / K / K);
		n[code[i]]++;
	}
	counts_add(c, code, N, 1);
}

/* Mean difference of two codes' counts over twice the mean count. */
static double
slow_gini(const uint64_t *n)
{
	double sum = 0;

	for (size_t i = 0; i < K; i++)
		for (size_t j = 0; j < K; j++)
			sum += fabs((double)n[i] - (double)n[j]);
	return sum / K / K / (2.0 * N / K);
}

static int
falling(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

static void
figures_are_those_of_the_definitions(void **state)
{
	struct rng rng = seeded("figures_are_those_of_the_definitions");
	struct counts c = { 0 };
	uint64_t n[K], sum = 0;
	struct ranking r;
	size_t rare = 0;

	(void)state;
	count(&c, n, &rng);
	ranking_init(&r, &c, K);
	for (size_t i = 0; i < K; i++)
		rare += n[i] && (double)n[i] < (double)N / K / 10;
	assert_true(rare > 0);
	assert_int_equal(ranking_near_dead(&r), rare);
	close_to(ranking_gini(&r), slow_gini(n));
	qsort(n, K, sizeof(*n), falling);
	for (size_t i = 0; i < K / 100; i++)
		sum += n[i];
	close_to(ranking_top_share(&r), (double)sum / N);
	ranking_free(&r);
	counts_free(&c);
}

static void
the_curve_rises_from_the_first_code_to_all_tokens(void **state)
{
	struct rng rng = seeded("the_curve_rises");
	struct counts c = { 0 };
	struct ranking_point p[RANKING_POINTS];
	uint64_t n[K], sum = 0;
	struct ranking r;
	size_t points, rank = 0;

	(void)state;
	count(&c, n, &rng);
	qsort(n, K, sizeof(*n), falling);
	ranking_init(&r, &c, K);
	points = ranking_curve(&r, p);
	assert_in_range(points, 60, RANKING_POINTS);
	assert_int_equal(p[0].rank, 1);
	assert_int_equal(p[points - 1].rank, K);
	for (size_t i = 0; i < points; i++) {
		assert_true(p[i].rank > rank);
		for (; rank < p[i].rank; rank++)
			sum += n[rank];
		assert_int_equal(p[i].count, n[rank - 1]);
		close_to(p[i].share, (double)sum / N);
	}
	close_to(p[points - 1].share, 1);
	ranking_free(&r);
	counts_free(&c);
}

/* A tenth of the even share is 2 of N = 160, k = 8: below it is 1 alone. */
static void
near_dead_begins_below_a_tenth(void **state)
{
	struct counts c = { 0 };
	uint32_t code[161] = { 0, 1, 1 };
	struct ranking r;

	(void)state;
	counts_add(&c, code, 160, 1);
	ranking_init(&r, &c, 8);
	assert_int_equal(ranking_near_dead(&r), 0);
	ranking_free(&r);
	counts_add(&c, code, 1, 1);
	ranking_init(&r, &c, 8);
	assert_int_equal(ranking_near_dead(&r), 1);
	assert_true(ranking_enough(8) <= 160);
	ranking_free(&r);
	counts_free(&c);
}

static void
edges(void **state)
{
	static const uint32_t seven[3] = { 7, 7, 7 };
	struct ranking_point p[RANKING_POINTS];
	struct counts c = { 0 };
	struct ranking r;

	(void)state;
	ranking_init(&r, &c, 16);
	assert_int_equal(ranking_near_dead(&r), 0);
	assert_true(isnan(ranking_gini(&r)) && isnan(ranking_top_share(&r)));
	assert_int_equal(ranking_curve(&r, p), 0);
	ranking_free(&r);
	counts_add(&c, seven, 3, 1);
	ranking_init(&r, &c, 0);
	assert_true(isnan(ranking_gini(&r)) && isnan(ranking_top_share(&r)));
	assert_int_equal(ranking_curve(&r, p), 0);
	ranking_free(&r);
	ranking_init(&r, &c, 10);
	close_to(ranking_gini(&r), 0.9);
	close_to(ranking_top_share(&r), 1);
	ranking_free(&r);
	counts_reset(&c);
	counts_add(&c, (const uint32_t[]){ 0 }, 1, 1);
	ranking_init(&r, &c, 1);
	close_to(ranking_gini(&r), 0);
	close_to(ranking_top_share(&r), 1);
	assert_int_equal(ranking_curve(&r, p), 1);
	close_to(p[0].share, 1);
	ranking_free(&r);
	counts_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_of_the_definitions),
		cmocka_unit_test(
			the_curve_rises_from_the_first_code_to_all_tokens),
		cmocka_unit_test(near_dead_begins_below_a_tenth),
		cmocka_unit_test(edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
