/* stats_load.c - load figures against their definitions, by hand and plainly. */
#include "numbers.h"

#include "stats/load.h"

/* Loads 6, 2, 0, 0: mean 2, sd sqrt(6), one drop in nine. */
static void
figures_of_a_small_load_are_known(void **state)
{
	const uint16_t e[9] = { 0, 0, 1, 0, 1, 0, LOAD_DROPPED, 0, 0 };
	const float g[9] = { 1, 1, 0.5f, 1, 0.5f, 1, 0, 1, 1 };
	struct load l = { 0 };
	struct load_figures f;

	(void)state;
	load_add(&l, e, g, 9, 1, 1);
	f = load_describe(&l, 4);
	assert_int_equal(l.tokens, 9);
	assert_int_equal(l.assigned, 8);
	assert_int_equal(l.dropped, 1);
	assert_int_equal(load_of(&l, 0), 6);
	assert_int_equal(load_of(&l, 3), 0);
	assert_int_equal(f.dead, 2);
	near(f.cv, sqrt(6) / 2, 1e-15);
	near(f.max_violation, 2, 1e-15);
	near(f.entropy, (0.75 * log2(4. / 3) + 0.25 * 2) / 2, 1e-15);
	near(f.drop_rate, 1. / 9, 1e-15);
	near(f.mean_gate, 7. / 8, 1e-15);
	load_free(&l);
}

static void
columns_are_chosen_and_second_ones_count(void **state)
{
	const uint16_t e[] = { 1, 2, 7, 3, 2, 7, 1, LOAD_DROPPED, 7 };
	struct load l = { 0 };

	(void)state;
	load_add(&l, e, NULL, 3, 2, 3);
	assert_int_equal(l.tokens, 3);
	assert_int_equal(l.assigned, 5);
	assert_int_equal(load_of(&l, 2), 2);
	assert_int_equal(load_of(&l, 7), 0);
	load_add(&l, e + 2, NULL, 3, 1, 3);
	assert_int_equal(load_of(&l, 7), 3);
	assert_true(isnan(load_describe(&l, 8).mean_gate));
	load_reset(&l);
	assert_int_equal(load_of(&l, 7), 0);
	assert_int_equal(l.seen, 0);
	load_add(&l, e, NULL, 1, 1, 3);
	assert_int_equal(load_of(&l, 7), 0);
	assert_int_equal(load_of(&l, 1), 1);
	load_free(&l);
}

static void
what_cannot_be_said_is_nan(void **state)
{
	const uint16_t none[2] = { LOAD_DROPPED, LOAD_DROPPED }, one = 0;
	struct load l = { 0 };
	struct load_figures f = load_describe(&l, 3);

	(void)state;
	assert_true(isnan(f.cv) && isnan(f.max_violation) && isnan(f.entropy) &&
		isnan(f.drop_rate));
	assert_int_equal(f.dead, 3);
	load_add(&l, none, NULL, 2, 1, 1);
	f = load_describe(&l, 3);
	assert_true(isnan(f.cv) && f.drop_rate == 1);
	load_add(&l, &one, NULL, 1, 1, 1);
	f = load_describe(&l, 1);
	assert_true(f.cv == 0 && f.max_violation == 0 && isnan(f.entropy));
	assert_int_equal(f.dead, 0);
	load_free(&l);
}

static void
even_loads_have_no_spread_and_full_entropy(void **state)
{
	struct load l = { 0 };
	struct load_figures f;

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		load_add(&l, &(uint16_t){ (uint16_t)(i % 500) }, NULL, 1, 1, 1);
	f = load_describe(&l, 500);
	assert_true(f.cv == 0 && f.max_violation == 0 && f.dead == 0);
	near(f.entropy, 1, 1e-12);
	load_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_a_small_load_are_known),
		cmocka_unit_test(columns_are_chosen_and_second_ones_count),
		cmocka_unit_test(what_cannot_be_said_is_nan),
		cmocka_unit_test(even_loads_have_no_spread_and_full_entropy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
