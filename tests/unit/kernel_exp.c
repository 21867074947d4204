/* e^x against libm's in long double. */
#include "kernel/exp.h"
#include "numbers.h"

static void
close_to_the_long_double(void **state)
{
	double worst = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		double x = -708 + 1417 * (double)i / 200000;
		long double want = expl((long double)x);
		double error =
			(double)fabsl(((long double)exp_of(x) - want) / want);

		if (!(error <= worst))
			worst = error;
	}
	print_message("# largest relative error %g\n", worst);
	assert_true(worst < 4e-16);
}

/* FNV-1a over the results, as this test first printed it on x86-64. */
static void
bits_are_the_same_everywhere(void **state)
{
	uint64_t hash = 0xcbf29ce484222325u, bits;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		double y = exp_of(-40 + 80 * (double)i / 100000);

		memcpy(&bits, &y, sizeof(bits));
		hash = (hash ^ bits) * 0x100000001b3u;
	}
	print_message("# %016llx\n", (unsigned long long)hash);
	assert_true(hash == 0x1d2110ceaaac827cu);
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
		cmocka_unit_test(bits_are_the_same_everywhere),
		cmocka_unit_test(ends_are_zero_infinity_and_nan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
