/* stats_probes.c - the last change of a token, how long experts keep theirs. */
#include "numbers.h"

#include "stats/load.h"
#include "stats/probes.h"

#define NO LOAD_DROPPED

/* Four tokens, five checkpoints; two columns, of which one is looked at. */
static const uint16_t route[5][4][2] = {
	{ { NO, 9 }, { NO, 9 }, { NO, 9 }, { NO, 9 } }, /* not there yet */
	{ { 0, 9 }, { 0, 9 }, { 0, 9 }, { 1, 8 } },
	{ { 0, 9 }, { 1, 9 }, { 0, 9 }, { 1, 9 } },
	{ { 0, 9 }, { 1, 9 }, { 2, 9 }, { 1, 9 } },
	{ { 0, 9 }, { 0, 9 }, { 2, 9 }, { 1, 9 } },
};
static const uint16_t *const at[5] = { route[0][0], route[1][0], route[2][0],
	route[3][0], route[4][0] };
static const struct probes first = { 5, 4, 2, 0, 1, at };
static const struct probes second = { 5, 4, 2, 1, 1, at };
static const struct probes both = { 5, 4, 2, 0, 2, at };

static void
the_last_change_of_each_token(void **state)
{
	size_t last[4];

	(void)state;
	assert_false(probes_there(&first, 0));
	assert_true(probes_there(&first, 1) && probes_there(&second, 0));
	probes_last_change(&first, last);
	assert_memory_equal(last, ((size_t[]){ 1, 4, 3, 1 }), sizeof(last));
	probes_last_change(&second, last);
	assert_memory_equal(last, ((size_t[]){ 0, 0, 0, 2 }), sizeof(last));
	probes_last_change(&both, last);
	assert_memory_equal(last, ((size_t[]){ 1, 4, 3, 2 }), sizeof(last));
}

static void
an_expert_lives_until_half_of_its_tokens_left(void **state)
{
	size_t tokens;

	(void)state;
	/* Three at checkpoint 1; two at 2; one of them at 3. */
	near(probes_lifetime(&first, 0, &tokens), 2, 0);
	assert_int_equal(tokens, 3);
	assert_true(isinf(probes_lifetime(&first, 1, &tokens)));
	assert_int_equal(tokens, 1);
	assert_true(isinf(probes_lifetime(&first, 2, &tokens)));
	assert_true(isnan(probes_lifetime(&first, 3, &tokens)));
	assert_int_equal(tokens, 0);
	near(probes_lifetime(&second, 8, &tokens), 1, 0);
	assert_true(isinf(probes_lifetime(&second, 9, &tokens)));
	assert_int_equal(tokens, 4);
}

/* Checkpoint 1 is not there: what was before it is compared with 2. */
static void
a_gap_changes_nothing(void **state)
{
	const uint16_t a[2] = { 5, 6 }, gap[2] = { NO, NO }, b[2] = { 5, 7 };
	const uint16_t *const c[3] = { a, gap, b };
	const struct probes p = { 3, 2, 1, 0, 1, c };
	size_t last[2], tokens;

	(void)state;
	probes_last_change(&p, last);
	assert_true(last[0] == 0 && last[1] == 2);
	assert_true(isinf(probes_lifetime(&p, 5, &tokens)));
	near(probes_lifetime(&p, 6, &tokens), 2, 0);
}

/* One of two is half. */
static void
half_is_enough(void **state)
{
	const uint16_t a[2] = { 5, 5 }, b[2] = { 5, 7 };
	const uint16_t *const c[2] = { a, b };
	const struct probes p = { 2, 2, 1, 0, 1, c };
	size_t tokens;

	(void)state;
	near(probes_lifetime(&p, 5, &tokens), 1, 0);
}

static void
quantiles_lie_between_their_neighbours(void **state)
{
	const double v[4] = { 1, 2, 4, INFINITY };

	(void)state;
	assert_true(isnan(probes_quantile(v, 0, 0.5)));
	near(probes_quantile(v, 1, 0.75), 1, 0);
	near(probes_quantile(v, 3, 0.5), 2, 0);
	near(probes_quantile(v, 3, 0.25), 1.5, 0);
	near(probes_quantile(v, 4, 0.5), 3, 1e-15);
	assert_true(isinf(probes_quantile(v, 4, 0.9)));
	assert_true(isinf(probes_quantile(v, 4, 1)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_change_of_each_token),
		cmocka_unit_test(an_expert_lives_until_half_of_its_tokens_left),
		cmocka_unit_test(a_gap_changes_nothing),
		cmocka_unit_test(half_is_enough),
		cmocka_unit_test(quantiles_lie_between_their_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
