/* Drift of usage against sums written out, and its edges. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stats/usage_drift.h"

static struct counts
counted(const uint64_t *n, size_t k)
{
	struct counts c = { 0 };

	for (size_t j = 0; j < k; j++)
		counts_put(&c, (uint32_t)j, n[j]);
	return c;
}

static struct usage_drift
drift(const uint64_t *before, const uint64_t *now, size_t n, size_t k)
{
	struct counts a = counted(before, n), b = counted(now, n);
	struct usage_drift d = usage_drift_of(&a, &b, k);

	counts_free(&a);
	counts_free(&b);
	return d;
}

static void
close_to(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12)) {
		print_error("got %.17g, want %.17g\n", got, want);
		fail();
	}
}

/* scipy.spatial.distance.jensenshannon([5, 3, 0, 2], [1, 3, 6, 0], 2), and the
 * index by its definition. */
static void
figures_are_those_of_scipy(void **state)
{
	const uint64_t before[] = { 5, 3, 0, 2 }, now[] = { 1, 3, 6, 0 };
	struct usage_drift d = drift(before, now, 4, 6);
	double want = 0;

	(void)state;
	for (size_t j = 0; j < 6; j++) {
		double p = ((j < 4 ? (double)before[j] : 0) + 0.5) / 13;
		double q = ((j < 4 ? (double)now[j] : 0) + 0.5) / 13;

		want += (q - p) * log(q / p);
	}
	close_to(d.js_distance, 0.7106287874168156);
	close_to(d.psi, want);
	close_to(d.psi_noise, 5 * (0.1 + 0.1));
	assert_int_equal(d.new_codes, 1);
	assert_int_equal(d.vanished_codes, 1);
}

static void
equal_shares_have_no_distance(void **state)
{
	const uint64_t before[] = { 1, 2, 3 }, now[] = { 10, 20, 30 };
	struct usage_drift d = drift(before, before, 3, 3);

	(void)state;
	close_to(d.js_distance, 0);
	close_to(d.psi, 0);
	d = drift(before, now, 3, 3);
	close_to(d.js_distance, 0);
	assert_int_equal(d.new_codes + d.vanished_codes, 0);
}

static void
usage_apart_has_distance_one(void **state)
{
	const uint64_t before[] = { 4, 0 }, now[] = { 0, 9 };

	(void)state;
	close_to(drift(before, now, 2, 2).js_distance, 1);
}

static void
without_tokens_there_are_no_figures(void **state)
{
	const uint64_t none[] = { 0 }, now[] = { 3 };
	struct usage_drift d = drift(none, now, 1, 1);

	(void)state;
	assert_true(isnan(d.js_distance) && isnan(d.psi) && isnan(d.psi_noise));
	assert_int_equal(d.new_codes, 1);
	d = drift(now, none, 1, 0);
	assert_true(isnan(d.psi));
	assert_int_equal(d.vanished_codes, 1);
	d = drift(now, now, 1, 1);
	close_to(d.psi, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_of_scipy),
		cmocka_unit_test(equal_shares_have_no_distance),
		cmocka_unit_test(usage_apart_has_distance_one),
		cmocka_unit_test(without_tokens_there_are_no_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
