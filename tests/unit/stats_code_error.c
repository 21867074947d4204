/*
 * stats_code_error.c - sums of errors by code, and which codes have most.
 */
#include "numbers.h"
#include "stats/code_error.h"

static void
of_five(struct code_error *c)
{
	code_error_init(c, 5);
	code_error_add(c, 3, 0.5, 2);
	code_error_add(c, 1, 0.25, 2);
	code_error_add(c, 3, 0.5, 4);
	code_error_add(c, 4, 0, 4);
	code_error_add(c, 2, 0.25, 8);
}

static void
test_sums(void **state)
{
	struct code_error c;

	(void)state;
	of_five(&c);
	assert_int_equal(c.tokens, 5);
	assert_int_equal(c.count[3], 2);
	assert_int_equal(c.count[0], 0);
	assert_true(c.sum[3] == 1 && c.sum[0] == 0);
	assert_true(code_error_mean(&c) == 1.5 / 5);
	assert_true(code_error_share(&c) == 1.5 / 20);
	code_error_free(&c);
}

/* Of equal sums the lower code comes first, and none is there without one. */
static void
test_worst(void **state)
{
	struct code_error c;
	uint32_t code[5];

	(void)state;
	of_five(&c);
	assert_int_equal(code_error_worst(&c, code, 5), 3);
	assert_int_equal(code[0], 3);
	assert_int_equal(code[1], 1);
	assert_int_equal(code[2], 2);
	assert_int_equal(code_error_worst(&c, code, 2), 2);
	assert_int_equal(code[0], 3);
	assert_int_equal(code[1], 1);
	assert_int_equal(code_error_worst(&c, code, 1), 1);
	assert_int_equal(code[0], 3);
	code_error_free(&c);
}

static void
test_nothing(void **state)
{
	struct code_error c;
	uint32_t code[2];

	(void)state;
	code_error_init(&c, 2);
	assert_true(isnan(code_error_mean(&c)));
	assert_true(isnan(code_error_share(&c)));
	assert_int_equal(code_error_worst(&c, code, 2), 0);
	code_error_add(&c, 1, 0, 0);
	assert_true(code_error_mean(&c) == 0);
	assert_true(isnan(code_error_share(&c)));
	assert_int_equal(code_error_worst(&c, code, 2), 0);
	code_error_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_worst),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
