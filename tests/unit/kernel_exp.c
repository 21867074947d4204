/* e^x against libm's in long double. */
#include "kernel/exp.h"
#include "numbers.h"
#include "versions.h"

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

static void
floats_are_close_to_the_double(void **state)
{
	double worst = 0;
	float x[1000], y[1000];

	(void)state;
	for (int i = 0; i < 400000; i++) {
		double error;

		x[i % 1000] = -87 + 175 * (float)i / 400000;
		if (i % 1000 != 999)
			continue;
		exp_floats(x, 1000, y);
		for (int j = 0; j < 1000; j++) {
			error = fabs((double)y[j] / exp((double)x[j]) - 1);
			if (!(error <= worst))
				worst = error;
		}
	}
	print_message("# largest relative error %g\n", worst);
	assert_true(worst < 1.2e-7);
}

/* As the test of bits above. */
static void
bits_of_floats_are_the_same_everywhere(void **state)
{
	uint64_t hash = 0xcbf29ce484222325u;
	uint32_t bits;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		float y = -100 + 200 * (float)i / 100000;

		exp_floats(&y, 1, &y);
		memcpy(&bits, &y, sizeof(bits));
		hash = (hash ^ bits) * 0x100000001b3u;
	}
	print_message("# %016llx\n", (unsigned long long)hash);
	assert_true(hash == 0xcc82b983c3b731a8u);
}

static void
a_float_has_the_same_bits_anywhere(void **state)
{
	struct rng r = seeded("a_float_has_the_same_bits_anywhere");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		size_t n = between(&r, 1, 100), m;
		float *x = normals(&r, n, 30), *want = unwritten(n + 1);

		exp_floats(x, n, want);
		assert_true(isnan(want[n]));
		for (size_t i = 0; i < n; i += m) {
			m = between(&r, 1, n - i);
			exp_floats(x + i, m, x + i);
		}
		same_bits(x, want, n);
		free(x);
		free(want);
	}
}

static void
ends_of_floats_are_the_same(void **state)
{
	float x[] = { 0, -87.01f, -INFINITY, 88.01f, INFINITY, NAN, -87, 88,
		-1e30f, 1e30f };

	(void)state;
	exp_floats(x, 10, x);
	assert_true(x[0] == 1);
	assert_true(x[1] == 0 && x[2] == 0 && x[8] == 0);
	assert_true(isinf(x[3]) && isinf(x[4]) && isinf(x[9]));
	assert_true(isnan(x[5]));
	assert_true(isnormal(x[6]) && isnormal(x[7]));
}

/* What VQ_KERNEL's version gives for rows of any length, in exp_of's bits. */
static int
rows_differ(void)
{
	float s[200];
	double y[200], sum = 0;
	struct rng r;

	rng_seed(&r, 5, 0);
	for (size_t n = 0; n < 200; n++) {
		float most = -INFINITY;

		for (size_t i = 0; i < n; i++) {
			s[i] = (float)(rng_normal(&r) *
				pow(10, (double)(n % 5)));
			most = s[i] > most ? s[i] : most;
		}
		if (n > 7)
			s[n / 2] = -3e38f;
		memset(y, 0xff, sizeof(y));
		exp_less(s, n, most, y);
		for (size_t i = 0; i < n; i++) {
			double want = exp_of((double)s[i] - (double)most);

			if (memcmp(&want, &y[i], sizeof(want)) != 0)
				return 1;
			sum += y[i];
		}
		for (size_t i = n; i < 200; i++)
			if (!isnan(y[i]))
				return 1;
	}
	return sum > 200 ? 0 : 1;
}

static void
rows_have_the_bits_of_single_numbers(void **state)
{
	(void)state;
	in_each_version(rows_differ);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(close_to_the_long_double),
		cmocka_unit_test(bits_are_the_same_everywhere),
		cmocka_unit_test(ends_are_zero_infinity_and_nan),
		cmocka_unit_test(floats_are_close_to_the_double),
		cmocka_unit_test(bits_of_floats_are_the_same_everywhere),
		cmocka_unit_test(a_float_has_the_same_bits_anywhere),
		cmocka_unit_test(ends_of_floats_are_the_same),
		cmocka_unit_test(rows_have_the_bits_of_single_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
