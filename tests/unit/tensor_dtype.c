/* Element types convert by the letter of IEEE 754, at any alignment. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tensor/dtype.h"
#include "tensor/half.h"
#include "tensor/le.h"
#include "util/rng.h"

static uint32_t
bits(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

/* What binary16 means, by its definition. */
static double
f16_value(unsigned h)
{
	int exponent = h >> 10 & 31, mantissa = h & 1023;
	double v = exponent ? ldexp(1024 + mantissa, exponent - 25)
			    : ldexp(mantissa, -24);

	return h & 0x8000 ? -v : v;
}

static void
every_half_reads_by_definition(void **state)
{
	(void)state;
	for (unsigned h = 0; h < 65536; h++) {
		float x = half_f16_to_f32((uint16_t)h);

		if ((h & 0x7c00) != 0x7c00)
			assert_true((double)x == f16_value(h));
		else if (h & 1023)
			assert_true(isnan(x));
		else
			assert_true(x == (h & 0x8000 ? -INFINITY : INFINITY));
		assert_int_equal(bits(x) >> 31, h >> 15);
	}
}

static void
every_half_returns_as_it_was(void **state)
{
	(void)state;
	for (unsigned h = 0; h < 65536; h++) {
		float x = half_f16_to_f32((uint16_t)h);
		float y = half_bf16_to_f32((uint16_t)h);

		if (isnan(x))
			assert_true(isnan(half_f16_to_f32(half_f32_to_f16(x))));
		else
			assert_int_equal(half_f32_to_f16(x), h);
		if (isnan(y))
			assert_true(
				isnan(half_bf16_to_f32(half_f32_to_bf16(y))));
		else
			assert_int_equal(half_f32_to_bf16(y), h);
	}
}

/* Halfway between neighbours the even one wins; an ulp beside it the nearer. */
static void
rounding_goes_to_nearest_even(void **state)
{
	(void)state;
	for (unsigned h = 0; h < 0x7c00; h++) {
		double below = f16_value(h);
		double above = h == 0x7bff ? 65536 : f16_value(h + 1);
		float mid = (float)((below + above) / 2);
		unsigned even = h & 1 ? h + 1 : h;

		assert_int_equal(half_f32_to_f16(mid), even);
		assert_int_equal(half_f32_to_f16(-mid), even | 0x8000);
		assert_int_equal(half_f32_to_f16(nextafterf(mid, 0)), h);
		assert_int_equal(
			half_f32_to_f16(nextafterf(mid, INFINITY)), h + 1);
	}
	assert_int_equal(half_f32_to_f16(FLT_MAX), 0x7c00);
	assert_int_equal(half_f32_to_bf16(FLT_MAX), 0x7f80);
	assert_int_equal(half_f32_to_bf16(1.00390625f), 0x3f80);
	assert_int_equal(half_f32_to_bf16(1.01171875f), 0x3f82);
}

static void
integers_round_and_saturate(void **state)
{
	static const struct {
		float x;
		enum dtype t;
		double want;
	} c[] = {
		{ 0.5f, DT_I8, 0 },
		{ 1.5f, DT_I8, 2 },
		{ -2.5f, DT_I8, -2 },
		{ 127.4f, DT_I8, 127 },
		{ 300, DT_I8, 127 },
		{ -300, DT_I8, -128 },
		{ -1, DT_U8, 0 },
		{ 255.5f, DT_U8, 255 },
		{ 40000, DT_I16, 32767 },
		{ -40000, DT_I16, -32768 },
		{ 70000, DT_U16, 65535 },
		{ 3e9f, DT_I32, 2147483647 },
		{ -3e9f, DT_I32, -2147483648.0 },
		{ 5e9f, DT_U32, 4294967295.0 },
		{ INFINITY, DT_I64, 0x1p63 },
		{ -INFINITY, DT_I64, -0x1p63 },
		{ INFINITY, DT_U64, 0x1p64 },
		{ -INFINITY, DT_U64, 0 },
		{ NAN, DT_I32, 0 },
		{ NAN, DT_U64, 0 },
		{ 16777216, DT_I64, 16777216 },
	};
	unsigned char buf[8];
	float back;

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		dtype_from_f32(buf, &c[i].x, 1, c[i].t);
		dtype_to_f32(&back, buf, 1, c[i].t);
		assert_true(back == (float)c[i].want);
	}
}

static void
bytes_are_little_endian_at_any_alignment(void **state)
{
	static const struct {
		enum dtype t;
		unsigned char b[8];
	} c[] = {
		{ DT_F64, { 0, 0, 0, 0, 0, 0, 0x59, 0xc0 } },
		{ DT_F32, { 0, 0, 0xc8, 0xc2 } },
		{ DT_F16, { 0x40, 0xd6 } },
		{ DT_BF16, { 0xc8, 0xc2 } },
		{ DT_I64, { 0x9c, 255, 255, 255, 255, 255, 255, 255 } },
		{ DT_I32, { 0x9c, 255, 255, 255 } },
		{ DT_I16, { 0x9c, 255 } },
		{ DT_I8, { 0x9c } },
	};
	unsigned char buf[17], out[17];
	float x[2], minus = -100;

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		size_t size = dtype_size(c[i].t);

		memcpy(buf + 1, c[i].b, size);
		memcpy(buf + 1 + size, c[i].b, size);
		dtype_to_f32(x, buf + 1, 2, c[i].t);
		assert_true(x[0] == minus && x[1] == minus);
		dtype_from_f32(out + 1, x, 2, c[i].t);
		assert_memory_equal(buf + 1, out + 1, 2 * size);
	}
}

static void
indices_pass_every_type_that_holds_them(void **state)
{
	unsigned seed = (unsigned)time(NULL);
	uint32_t v[64], back[64];
	unsigned char buf[64 * 8];
	struct err e;
	struct rng r;

	(void)state;
	printf("seed %u\n", seed);
	rng_seed(&r, seed, 0);
	for (int t = 0; t < DT_COUNT; t++) {
		/* BF16 has 8 bits of precision, I8 holds 127. */
		for (size_t i = 0; i < 64; i++)
			v[i] = (uint32_t)rng_below(&r, 128);
		dtype_from_u32(buf, v, 64, (enum dtype)t);
		assert_int_equal(
			dtype_to_u32(back, buf, 64, (enum dtype)t, &e), 0);
		assert_memory_equal(v, back, sizeof(v));
	}
	v[0] = UINT32_MAX;
	dtype_from_u32(buf, v, 1, DT_U32);
	assert_int_equal(dtype_to_u32(back, buf, 1, DT_U32, &e), 0);
	assert_int_equal(back[0], UINT32_MAX);
}

static void
what_is_no_index_is_named(void **state)
{
	static const float bad[] = { -1, 0.5f, 4294967296.0f, NAN, INFINITY };
	uint32_t out[3];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		float x[3] = { 1, 2, bad[i] };

		le_turn(x, 3, sizeof(*x));
		assert_int_equal(dtype_to_u32(out, x, 3, DT_F32, &e), -1);
		assert_non_null(strstr(e.msg, "element 2"));
	}
	assert_int_equal(
		dtype_to_u32(out, (const signed char[]){ -5 }, 1, DT_I8, &e),
		-1);
	assert_string_equal(
		e.msg, "element 0: -5 is not an index (0 to 4294967295)");
}

static void
whole_numbers_out_of_range_are_named(void **state)
{
	static const enum dtype types[] = { DT_I64, DT_U64, DT_I32, DT_I16 };
	unsigned char buf[4 * 8];
	uint32_t out[4];
	struct err e;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t size = dtype_size(types[i]);

		memset(buf, 0, sizeof(buf));
		assert_int_equal(dtype_to_u32(out, buf, 4, types[i], &e), 0);
		buf[3 * size - 1] = 0x80; /* the highest bit of element 2 */
		assert_int_equal(dtype_to_u32(out, buf, 4, types[i], &e), -1);
		assert_non_null(strstr(e.msg, "element 2"));
	}
}

static void
names_and_sizes_of_codes(void **state)
{
	(void)state;
	for (int t = 0; t < DT_COUNT; t++) {
		const char *name = dtype_name((enum dtype)t);

		assert_int_equal(dtype_find(name, strlen(name)), t);
		assert_int_equal(dtype_find(name, strlen(name) - 1), -1);
	}
	assert_int_equal(dtype_find("f32", 3), -1);
	assert_int_equal(dtype_for_codes(0), DT_U8);
	assert_int_equal(dtype_for_codes(256), DT_U8);
	assert_int_equal(dtype_for_codes(257), DT_U16);
	assert_int_equal(dtype_for_codes(65536), DT_U16);
	assert_int_equal(dtype_for_codes(65537), DT_U32);
}

static void
nonfinite_is_found_where_it_is(void **state)
{
	float x[5] = { 0, -FLT_MAX, 1e-45f, 1, 2 };

	(void)state;
	assert_int_equal(dtype_find_nonfinite(x, 5), 5);
	assert_int_equal(dtype_find_nonfinite(x, 0), 0);
	x[3] = NAN;
	x[4] = INFINITY;
	assert_int_equal(dtype_find_nonfinite(x, 5), 3);
	x[1] = -INFINITY;
	assert_int_equal(dtype_find_nonfinite(x, 5), 1);
	/* At every place of a long row, and the first of two. */
	for (size_t at = 0; at < 50; at++) {
		float row[50] = { 0 };

		row[49] = -INFINITY;
		row[at] = at % 2 ? NAN : INFINITY;
		assert_int_equal(dtype_find_nonfinite(row, 50), at);
		row[at] = -FLT_MAX;
		assert_int_equal(dtype_find_nonfinite(row, 49), 49);
	}
}

static void
what_is_not_finite_is_named(void **state)
{
	double x[5] = { 1, 1e300, (double)INFINITY, (double)NAN, -3.5e38 };
	const char *words[5] = { "", "a number beyond", "NaN or infinity",
		"NaN or infinity", "a number beyond" };
	float f[5], y[2] = { 1, INFINITY };
	unsigned char wide[sizeof(x)], half[4];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		uint64_t u;

		memcpy(&u, &x[i], sizeof(u));
		le_put64(wide + 8 * i, u);
	}
	dtype_to_f32(f, wide, 5, DT_F64);
	for (size_t i = 1; i < 5; i++) {
		assert_int_equal(dtype_find_nonfinite(f + i, 5 - i), 0);
		assert_memory_equal(dtype_nonfinite_words(wide, i, DT_F64),
			words[i], strlen(words[i]));
	}
	dtype_from_f32(half, y, 2, DT_F16);
	assert_string_equal(
		dtype_nonfinite_words(half, 1, DT_F16), "NaN or infinity");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_half_reads_by_definition),
		cmocka_unit_test(every_half_returns_as_it_was),
		cmocka_unit_test(rounding_goes_to_nearest_even),
		cmocka_unit_test(integers_round_and_saturate),
		cmocka_unit_test(bytes_are_little_endian_at_any_alignment),
		cmocka_unit_test(indices_pass_every_type_that_holds_them),
		cmocka_unit_test(what_is_no_index_is_named),
		cmocka_unit_test(whole_numbers_out_of_range_are_named),
		cmocka_unit_test(names_and_sizes_of_codes),
		cmocka_unit_test(nonfinite_is_found_where_it_is),
		cmocka_unit_test(what_is_not_finite_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
