/*
 * stats_usage.c - counts of codes, and the figures that follow from them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats/usage.h"
#include "util/rng.h"

static void
close_to(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance)) {
		print_error("got %.17g, want %.17g\n", got, want);
		fail();
	}
}

/* Entropy as it is defined, from a plain histogram. */
static double
slow_entropy(const uint64_t *n, size_t k, double total)
{
	double h = 0;

	for (size_t i = 0; i < k; i++)
		if (n[i])
			h -= (double)n[i] / total * log((double)n[i] / total);
	return h / log(2);
}

static void
figures_match_a_plain_histogram(void **state)
{
	enum { K = 700, N = 5000 };
	uint64_t plain[K] = { 0 };
	uint32_t code[N];
	struct counts c = { 0 };
	struct usage u;
	struct rng r;
	size_t used = 0;

	(void)state;
	print_message("seed 7\n");
	rng_seed(&r, 7, 0);
	for (size_t i = 0; i < N; i++) {
		code[i] = (uint32_t)(rng_below(&r, K) * rng_below(&r, K) / K);
		plain[code[i]]++;
	}
	counts_add(&c, code, N, 1);
	for (size_t i = 0; i < K; i++)
		used += plain[i] != 0;
	u = usage_column(&c, K);
	assert_int_equal(u.tokens, N);
	assert_int_equal(u.used, used);
	assert_int_equal(u.dead, K - used);
	close_to(u.utilization, (double)used / K, 0);
	close_to(u.entropy_bits, slow_entropy(plain, K, N), 1e-12);
	close_to(u.perplexity, pow(2, slow_entropy(plain, K, N)), 1e-9);
	close_to(u.bits_per_token, log(K) / log(2), 1e-14);
	close_to(u.tokens_per_code, (double)N / K, 0);
	close_to(u.entropy_bias_bits,
		((double)used - 1) / (2.0 * N * 0.69314718055994531), 1e-15);
	counts_free(&c);
}

static void
expected_utilization_is_stable_at_both_ends(void **state)
{
	double slow = 1;

	(void)state;
	for (int i = 0; i < 1000; i++)
		slow *= 1 - 1.0 / 1024;
	close_to(usage_expected(1000, 1024), 1 - slow, 1e-13);
	/* FIELD section 1: 63 % of 65,536 codes in 65,536 tokens. */
	close_to(usage_expected(65536, 65536), 0.632, 0.001);
	/* One token of 10^15 codes: 1 - (1 - x) in doubles is off by 10 %. */
	close_to(usage_expected(1, 1000000000000000) * 1e15, 1, 1e-12);
	close_to(usage_expected(0, 10), 0, 0);
	close_to(usage_expected(1, 1), 1, 0);
	assert_true(usage_expected(usage_enough(1024), 1024) > 0.99);
	assert_true(usage_expected(usage_enough(2), 2) > 0.99);
}

static void
no_tokens_give_no_figures(void **state)
{
	struct counts c = { 0 };
	struct usage u = usage_column(&c, 16);

	(void)state;
	assert_int_equal(u.dead, 16);
	assert_true(isnan(u.utilization) && isnan(u.entropy_bits));
	assert_true(isnan(u.perplexity) && isnan(u.expected));
	close_to(u.bits_per_token, 4, 0);
	u = usage_total(&u, 0);
	assert_true(isnan(u.bits_per_token) && isnan(u.entropy_bits));
}

static void
one_code_has_no_entropy(void **state)
{
	static const uint32_t code[5] = { 3, 3, 3, 3, 3 };
	struct counts c = { 0 };
	struct usage u;

	(void)state;
	counts_add(&c, code, 5, 1);
	u = usage_column(&c, 1 + c.max);
	close_to(u.entropy_bits, 0, 0);
	close_to(u.perplexity, 1, 0);
	assert_int_equal(u.codes, 4);
	counts_reset(&c);
	counts_add(&c, code, 1, 1);
	assert_int_equal(c.n[3], 1);
	assert_int_equal(c.used, 1);
	counts_free(&c);
}

static void
totals_are_sums(void **state)
{
	static const uint32_t row[8] = { 0, 9, 1, 9, 2, 9, 3, 8 };
	struct usage u[2], t;
	struct tally y;

	(void)state;
	tally_init(&y, 2);
	tally_add(&y, row, 4);
	u[0] = usage_column(&y.col[0], 4);
	u[1] = usage_column(&y.col[1], 16);
	t = usage_total(u, 2);
	assert_int_equal(t.tokens, 4);
	assert_int_equal(t.codes, 20);
	assert_int_equal(t.used, 6);
	assert_int_equal(t.dead, 14);
	close_to(t.utilization, 6.0 / 20, 0);
	close_to(t.bits_per_token, 6, 0);
	close_to(t.entropy_bits, u[0].entropy_bits + u[1].entropy_bits, 0);
	close_to(t.expected, (4 * u[0].expected + 16 * u[1].expected) / 20,
		1e-15);
	tally_free(&y);
}

static int
by_row(const void *a, const void *b)
{
	return memcmp(a, b, 3 * sizeof(uint32_t));
}

/* Sort, then count runs. */
static void
joint_figures_match_a_sorted_list(void **state)
{
	enum { N = 20000 };
	uint32_t *row = malloc(3 * N * sizeof(*row));
	struct tally t;
	struct usage u;
	struct rng r;
	double h = 0;
	size_t used = 0;

	(void)state;
	print_message("seed 8\n");
	rng_seed(&r, 8, 0);
	for (size_t i = 0; i < 3 * N; i++)
		row[i] = (uint32_t)rng_below(&r, 20);
	tally_init(&t, 3);
	tally_add(&t, row, 100);
	tally_reset(&t);
	tally_add(&t, row, N / 3);
	tally_add(&t, row + N / 3 * 3, N - N / 3);
	qsort(row, N, 3 * sizeof(*row), by_row);
	for (size_t i = 0, j; i < N; i = j) {
		for (j = i; j < N && !by_row(row + 3 * i, row + 3 * j);)
			j++;
		h -= (double)(j - i) / N * log2((double)(j - i) / N);
		used++;
	}
	u = usage_joint(&t);
	assert_int_equal(u.tokens, N);
	assert_int_equal(u.used, used);
	close_to(u.entropy_bits, h, 1e-10);
	tally_free(&t);
	free(row);
}

static void
a_full_joint_table_gives_no_figures(void **state)
{
	enum { COLS = 4096 };
	uint32_t *row = calloc(COLS, sizeof(*row));
	struct tally t;

	(void)state;
	tally_init(&t, COLS);
	for (uint32_t i = 0; i <= joint_limit(COLS); i++) {
		assert_false(t.joint.full);
		row[COLS - 1] = i;
		tally_add(&t, row, 1);
	}
	assert_true(t.joint.full);
	assert_true(isnan(usage_joint(&t).entropy_bits));
	tally_add(&t, row, 1);
	tally_reset(&t);
	assert_false(t.joint.full);
	tally_add(&t, row, 1);
	assert_int_equal(usage_joint(&t).used, 1);
	tally_free(&t);
	free(row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_match_a_plain_histogram),
		cmocka_unit_test(expected_utilization_is_stable_at_both_ends),
		cmocka_unit_test(no_tokens_give_no_figures),
		cmocka_unit_test(one_code_has_no_entropy),
		cmocka_unit_test(totals_are_sums),
		cmocka_unit_test(joint_figures_match_a_sorted_list),
		cmocka_unit_test(a_full_joint_table_gives_no_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
