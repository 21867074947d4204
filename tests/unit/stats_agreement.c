/* stats_agreement.c - sets of experts, fluctuation, saturation, chance. */
#include "numbers.h"

#include "stats/agreement.h"
#include "stats/load.h"

#define NO LOAD_DROPPED

static void
sets_forget_order_repeats_and_drops(void **state)
{
	const uint16_t a[4] = { 3, 1, 3, NO }, b[3] = { 1, 3, NO };
	const uint16_t c[3] = { 1, 4, 1 }, none[2] = { NO, NO };
	struct agreement_sets s = agreement_sets(a, 4, b, 3);

	(void)state;
	assert_true(s.a == 2 && s.b == 2 && s.shared == 2);
	assert_true(agreement_same(s));
	s = agreement_sets(a, 4, c, 3);
	assert_true(s.a == 2 && s.b == 2 && s.shared == 1);
	assert_false(agreement_same(s));
	s = agreement_sets(none, 2, b, 3);
	assert_true(s.a == 0 && s.b == 2 && s.shared == 0);
	assert_false(agreement_same(s));
	assert_true(agreement_same(agreement_sets(none, 2, none, 1)));
	/* A part is not the whole, from either side. */
	assert_false(agreement_same(agreement_sets(c, 1, c, 2)));
	assert_false(agreement_same(agreement_sets(c, 2, c, 1)));
}

static void
token(struct agreement *g, const uint16_t *a, const uint16_t *b, size_t t)
{
	agreement_token(g, agreement_sets(a, t, b, t), a[0], b[0]);
}

static void
shares_are_over_the_larger_set(void **state)
{
	const uint16_t a[4][2] = { { 0, 1 }, { 2, 3 }, { 4, 4 }, { NO, NO } };
	const uint16_t b[4][2] = { { 1, 0 }, { 2, 5 }, { 4, 3 }, { NO, NO } };
	struct agreement g = { 0 };

	(void)state;
	assert_true(isnan(agreement_fluctuation(&g)));
	assert_true(isnan(agreement_saturation(&g)));
	assert_true(isnan(agreement_chance(&g, 8)));
	for (size_t i = 0; i < 4; i++)
		token(&g, a[i], b[i], 2);
	near(agreement_fluctuation(&g), 0.5, 1e-15);
	near(agreement_saturation(&g), (1 + 0.5 + 0.5 + 1) / 4, 1e-15);
	near(agreement_chance(&g, 8), (2 + 2 + 1 + 0) / 4. / 8, 1e-15);
	assert_int_equal(g.first.tokens, 3);
	agreement_free(&g);
}

static void
a_routing_is_itself_with_drops_and_repeats(void **state)
{
	const uint16_t a[4][2] = { { 0, 1 }, { 2, NO }, { 4, 4 }, { NO, NO } };
	struct agreement g = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		token(&g, a[i], a[i], 2);
	near(agreement_fluctuation(&g), 0, 0);
	near(agreement_saturation(&g), 1, 0);
	agreement_free(&g);
}

static void
a_dropped_first_expert_is_in_no_flow(void **state)
{
	const uint16_t a[2] = { NO, 1 }, b[2] = { 2, 1 };
	struct agreement g = { 0 };

	(void)state;
	token(&g, a, b, 2);
	token(&g, b, a, 2);
	token(&g, b, b, 2);
	assert_int_equal(g.first.tokens, 1);
	assert_int_equal(g.tokens, 3);
	assert_int_equal(g.changed, 2);
	agreement_free(&g);
}

/* t of e experts, all different. */
static void
choose(struct rng *r, uint16_t *v, size_t t, size_t e)
{
	for (size_t i = 0; i < t; i++) {
		bool again;

		do {
			v[i] = (uint16_t)rng_below(r, e);
			again = false;
			for (size_t j = 0; j < i; j++)
				again |= v[j] == v[i];
		} while (again);
	}
}

static void
independent_choices_meet_chance(void **state)
{
	struct rng r = seeded("independent_choices_meet_chance");
	struct agreement g = { 0 };
	uint16_t a[3], b[3];

	(void)state;
	for (size_t i = 0; i < 40000; i++) {
		choose(&r, a, 3, 12);
		choose(&r, b, 3, 12);
		token(&g, a, b, 3);
	}
	/* One token has a variance below 0.06: six standard errors. */
	near(agreement_saturation(&g), agreement_chance(&g, 12), 0.0075);
	/* 1 - 1 / C(12, 3) */
	near(agreement_fluctuation(&g), 1 - 1. / 220, 0.003);
	agreement_free(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_forget_order_repeats_and_drops),
		cmocka_unit_test(shares_are_over_the_larger_set),
		cmocka_unit_test(a_routing_is_itself_with_drops_and_repeats),
		cmocka_unit_test(a_dropped_first_expert_is_in_no_flow),
		cmocka_unit_test(independent_choices_meet_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
