/* The multiply-add by double arithmetic has the bits of fmaf. */
#include <float.h>

#include "kernel/fma.h"
#include "numbers.h"

static void
same_as_fmaf(float a, float b, float c)
{
	float want = fmaf(a, b, c), got = fma_by_double(a, b, c);

	if (isnan(want) ? isnan(got) : memcmp(&got, &want, sizeof(got)) == 0)
		return;
	fail_msg("%a * %a + %a: %a, not %a", (double)a, (double)b, (double)c,
		(double)got, (double)want);
}

static void
special_values(void **state)
{
	static const float value[] = { 0, 1, 1 + FLT_EPSILON, 1 - FLT_EPSILON,
		1.5f, 3, 0x1p-149f, 0x1.8p-148f, FLT_MIN, FLT_MIN - 0x1p-149f,
		FLT_MIN / 2, 0x1p-75f, 0x1p-74f, 0x1p64f, 0x1p127f, FLT_MAX,
		0x1p103f, 0x1p102f, INFINITY, NAN };
	enum { COUNT = sizeof(value) / sizeof(value[0]), ALL = 2 * COUNT };
	float v[ALL];

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		v[2 * i] = value[i];
		v[2 * i + 1] = -value[i];
	}
	for (size_t i = 0; i < (size_t)ALL * ALL * ALL; i++)
		same_as_fmaf(v[i % ALL], v[i / ALL % ALL], v[i / ALL / ALL]);
}

/* Any bits; often with few of them in the fraction, or subnormal. */
static float
any_float(struct rng *r)
{
	uint64_t u = rng_u64(r);
	uint32_t bits = (uint32_t)u;
	float f;

	switch (u >> 32 & 7) {
	case 0: bits &= 0xfff80000; break;
	case 1: bits |= 0x007fff00; break;
	case 2: bits &= 0x807fffff; break;
	}
	memcpy(&f, &bits, sizeof(f));
	return f;
}

/* What to add to the product p: of any size, about as large, or nearly its
 * negative. */
static float
addend(struct rng *r, double p)
{
	int e;

	frexp(p, &e);
	e += (int)between(r, 0, 80) - 40;
	switch (rng_below(r, 4)) {
	case 0: return any_float(r);
	case 1: return (float)-p * (1 + (float)between(r, 0, 2) * FLT_EPSILON);
	case 2: return (float)ldexp(rng_below(r, 2) ? 1 : -1, e);
	}
	return (float)ldexp(rng_unit(r) - 0.5, e);
}

static void
any_bits(void **state)
{
	struct rng r = seeded("any_bits");
	size_t twice = 0, subnormal = 0;

	(void)state;
	for (size_t i = 0; i < 500000; i++) {
		float a = any_float(&r), b = any_float(&r);
		double p = (double)a * (double)b;
		float c = addend(&r, p), want = fmaf(a, b, c);

		same_as_fmaf(a, b, c);
		if (want != 0 && fabsf(want) < FLT_MIN)
			subnormal++;
		if (!isnan(want) && want != (float)(p + (double)c))
			twice++;
	}
	/* Rounding twice, the obvious way, would have been found out. */
	assert_true(twice > 10);
	assert_true(subnormal > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_values),
		cmocka_unit_test(any_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
