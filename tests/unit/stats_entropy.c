/* Entropy of counts: by hand, in any order, of small and large counts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "stats/entropy.h"
#include "util/rng.h"

static void
shuffle(uint64_t *n, size_t count, struct rng *r)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = rng_below(r, i);
		uint64_t was = n[i - 1];

		n[i - 1] = n[j];
		n[j] = was;
	}
}

static double
plain(const uint64_t *n, size_t count, uint64_t total)
{
	double h = 0;

	for (size_t i = 0; i < count; i++)
		if (n[i])
			h -= (double)n[i] / (double)total *
				log2((double)n[i] / (double)total);
	return h;
}

static void
it_is_the_sum_of_p_log_p(void **state)
{
	uint64_t n[] = { 4, 0, 2, 1, 1 };

	(void)state;
	assert_true(fabs(entropy_bits(n, NULL, 5, 8) - 1.75) < 1e-15);
	assert_true(entropy_bits(n, NULL, 1, 4) == 0);
	assert_true(isnan(entropy_bits(n, NULL, 0, 0)));
	assert_true(entropy_bits(n, (uint32_t[]){ 3, 4 }, 2, 2) == 1);
}

static void
any_order_of_counts_has_the_same_bits(void **state)
{
	enum { COUNT = 3000 };
	uint64_t *n = calloc(COUNT, sizeof(*n)), total = 0;
	struct rng r;
	double h;

	(void)state;
	rng_seed(&r, 7, 0);
	for (size_t i = 0; i < COUNT; i++) {
		n[i] = rng_below(&r, i % 3 ? 50 : 1000000);
		total += n[i];
	}
	h = entropy_bits(n, NULL, COUNT, total);
	assert_true(fabs(h - plain(n, COUNT, total)) < 1e-11);
	for (int i = 0; i < 20; i++) {
		shuffle(n, COUNT, &r);
		assert_true(entropy_bits(n, NULL, COUNT, total) == h);
	}
	free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_sum_of_p_log_p),
		cmocka_unit_test(any_order_of_counts_has_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
