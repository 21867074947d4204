/* Churn and drift against what is written out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "stats/drift.h"
#include "util/rng.h"

static void
close_to(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12)) {
		print_error("got %.17g, want %.17g\n", got, want);
		fail();
	}
}

static double
entropy(const double *p, size_t k)
{
	double h = 0;

	for (size_t j = 0; j < k; j++)
		if (p[j] > 0)
			h -= p[j] * log(p[j]) / log(2);
	return h;
}

/* JSD = H((p + q) / 2) - (H(p) + H(q)) / 2: the other form of it. */
static double
slow_distance(const uint64_t *a, const uint64_t *b, size_t k)
{
	double *p = calloc(3 * k, sizeof(*p)), *q = p + k, *m = q + k;
	double total_a = 0, total_b = 0, d;

	for (size_t j = 0; j < k; j++) {
		total_a += (double)a[j];
		total_b += (double)b[j];
	}
	for (size_t j = 0; j < k; j++) {
		p[j] = (double)a[j] / total_a;
		q[j] = (double)b[j] / total_b;
		m[j] = (p[j] + q[j]) / 2;
	}
	d = sqrt(entropy(m, k) - (entropy(p, k) + entropy(q, k)) / 2);
	free(p);
	return d;
}

static void
distance_is_the_root_of_a_difference_of_entropies(void **state)
{
	uint64_t a[40] = { 0 }, b[40] = { 0 };
	struct rng r;

	(void)state;
	print_message("seed 3\n");
	rng_seed(&r, 3, 0);
	for (int trial = 0; trial < 20; trial++) {
		for (size_t j = 0; j < 40; j++) {
			a[j] = rng_below(&r, 3) ? rng_below(&r, 900) : 0;
			b[j] = rng_below(&r, 3) ? rng_below(&r, 9) : 0;
		}
		close_to(drift_distance(a, b, 40), slow_distance(a, b, 40));
		close_to(drift_distance(a, b, 40), drift_distance(b, a, 40));
		close_to(drift_distance(a, a, 40), 0);
	}
}

static void
distance_by_hand(void **state)
{
	const uint64_t a[3] = { 1, 1, 0 }, b[3] = { 0, 0, 7 };
	const uint64_t c[3] = { 2, 0, 0 }, none[3] = { 0 };

	(void)state;
	close_to(drift_distance(a, b, 3), 1); /* nothing in common */
	/* p = (1/2, 1/2), q = (1, 0), m = (3/4, 1/4): H(m) - 1/2 */
	close_to(drift_distance(a, c, 3),
		sqrt(2 - 0.75 * log(3) / log(2) - 0.5));
	assert_true(isnan(drift_distance(a, none, 3)));
	assert_true(isnan(drift_distance(none, a, 3)));
}

/* Two columns of four tokens, by hand. */
static void
changes_are_counted_by_token_and_by_column(void **state)
{
	const uint32_t was[8] = { 0, 0, 1, 1, 2, 2, 0, 1 };
	const uint32_t is[8] = { 0, 0, 1, 2, 0, 1, 0, 1 };
	const size_t k[2] = { 3, 3 };
	struct drift_codes t = {
		.was = was, .is = is, .n = 4, .columns = 2, .k = k
	};
	const uint64_t was0[3] = { 2, 1, 1 }, is0[3] = { 3, 1, 0 };
	const uint64_t was1[3] = { 1, 2, 1 }, is1[3] = { 1, 2, 1 };
	struct drift all, column[2];

	(void)state;
	drift_measure(&t, &all, column);
	assert_int_equal(all.tokens, 4);
	close_to(all.churn, 0.5);
	close_to(all.split, 0);
	close_to(column[0].churn, 0.25);
	close_to(column[1].churn, 0.5);
	close_to(column[0].distance, drift_distance(was0, is0, 3));
	close_to(column[1].distance, drift_distance(was1, is1, 3));
	assert_true(column[0].distance > 0);
	close_to(column[1].distance, 0);
	close_to(all.distance, column[0].distance / 2);
}

/* A code that went to one split from it is apart; to another's, churn. */
static void
splits_are_apart(void **state)
{
	uint32_t root0[5] = { 0, 1, 2, 1, 0 }, root1[5] = { 0, 1, 2, 2, 2 };
	uint32_t *root[2] = { root0, root1 };
	const uint32_t was[10] = { 0, 0, 1, 2, 0, 2, 2, 2, 1, 1 };
	const uint32_t is[10] = { 4, 0, 3, 4, 3, 3, 2, 2, 1, 0 };
	const size_t k[2] = { 3, 3 };
	struct drift_codes t = { was, is, 5, 2, k, root };
	struct drift all, column[2];

	(void)state;
	drift_measure(&t, &all, column);
	close_to(all.churn, 0.4); /* the third token and the last */
	close_to(all.split, 0.4); /* the first two */
	close_to(column[0].churn, 0.2);
	close_to(column[0].split, 0.4);
	close_to(column[1].churn, 0.2);
	close_to(column[1].split, 0.4);
	/* Column 0: roots 0 1 1 2 1 where codes were 0 1 0 2 1. */
	close_to(column[0].distance,
		drift_distance((const uint64_t[]){ 2, 2, 1 },
			(const uint64_t[]){ 1, 3, 1 }, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			distance_is_the_root_of_a_difference_of_entropies),
		cmocka_unit_test(distance_by_hand),
		cmocka_unit_test(changes_are_counted_by_token_and_by_column),
		cmocka_unit_test(splits_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
