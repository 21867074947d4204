/* e^x against libm's in long double. */
#include "kernel/exp.h"
#include "numbers.h"

static void
close_to_the_long_double(void **state)
{
	double worst = 0;

	(void)state;
	for (int i = 0; i < 2000000; i++) {
		double x = -708 + 1417 * (double)i / 2000000;
		long double want = expl((long double)x);
		double error =
			(double)fabsl(((long double)exp_of(x) - want) / want);

		if (!(error <= worst))
			worst = error;
	}
	print_message("# largest relative error %g\n", worst);
	assert_true(worst < 4e-16);
}

static void
ends_are_zero_infinity_and_nan(void **state)
{
	(void)state;
	assert_true(exp_of(0) == 1);
	assert_true(exp_of(-709) == 0 && exp_of(-INFINITY) == 0);
	assert_true(isinf(exp_of(710)) && isinf(exp_of(INFINITY)));
	assert_true(isnan(exp_of(NAN)));
	assert_true(exp_of(-708) > 0 && isfinite(exp_of(709)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(close_to_the_long_double),
		cmocka_unit_test(ends_are_zero_infinity_and_nan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
