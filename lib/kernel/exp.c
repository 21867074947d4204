#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernel/exp.h"

#define LOG2_E 0x1.71547652b82fep0
#define LN2_HI 0x1.62e42fee00000p-1 /* 20 zero bits: n * LN2_HI is exact */
#define LN2_LO 0x1.a39ef35793c76p-33
#define ROUND 0x1.8p52 /* added and taken away: the nearest whole number */

/* 1 / 13!, 1 / 12!, ... 1 / 0!: the remainder of Taylor's series is below
 * 2^-56 for |r| <= ln 2 / 2. */
static const double term[] = { 1 / 6227020800.0, 1 / 479001600.0,
	1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0,
	1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5, 1, 1 };

double
exp_of(double x)
{
	double n, r, sum = 0, power;
	uint64_t bits;

	if (x < -708)
		return 0;
	if (!(x <= 709))
		return x > 709 ? (double)INFINITY : x;
	/* e^x = 2^n e^r */
	n = (x * LOG2_E + ROUND) - ROUND;
	r = (x - n * LN2_HI) - n * LN2_LO;
	for (size_t i = 0; i < sizeof(term) / sizeof(term[0]); i++)
		sum = sum * r + term[i];
	bits = (uint64_t)((int64_t)n + 1023) << 52;
	memcpy(&power, &bits, sizeof(power));
	return sum * power;
}

#define BLOCK ((size_t)32)

#define LN2_HIGH 0x1.62e4p-1f /* 9 zero bits: n * LN2_HIGH is exact */
#define LN2_LOW 0x1.7f7d1cp-20f
#define ROUND_FLOAT 0x1.8p23f /* n is then in the low bits of the sum */

/* The remainder of Taylor's series is below 2^-27 for |r| <= ln 2 / 2. */
static inline float
exp_float(float x)
{
	float shifted = x * (float)LOG2_E + ROUND_FLOAT;
	float n = shifted - ROUND_FLOAT, sum, power;
	float r = (x - n * LN2_HIGH) - n * LN2_LOW;
	uint32_t bits;

	sum = 1 / 5040.0f;
	sum = sum * r + 1 / 720.0f;
	sum = sum * r + 1 / 120.0f;
	sum = sum * r + 1 / 24.0f;
	sum = sum * r + 1 / 6.0f;
	sum = sum * r + 0.5f;
	sum = sum * (r * r) + r + 1;
	memcpy(&bits, &shifted, sizeof(bits));
	bits = (bits + 127) << 23;
	memcpy(&power, &bits, sizeof(power));
	return sum * power;
}

/* A block has a fixed length and no alias; loop by loop, for comparisons that
 * stand together become branches. */
static void
exp_block(const float *x, float *y)
{
	float t[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		t[i] = x[i] < -87 ? -87 : x[i];
	for (size_t i = 0; i < BLOCK; i++)
		t[i] = t[i] > 88 ? 88 : t[i];
	for (size_t i = 0; i < BLOCK; i++)
		t[i] = exp_float(t[i]);
	for (size_t i = 0; i < BLOCK; i++)
		t[i] = x[i] < -87 ? 0 : t[i];
	for (size_t i = 0; i < BLOCK; i++)
		t[i] = x[i] > 88 ? (float)INFINITY : t[i];
	memcpy(y, t, sizeof(t));
}

void
exp_floats(const float *x, size_t n, float *y)
{
	float rest[BLOCK] = { 0 };

	for (; n >= BLOCK; n -= BLOCK, x += BLOCK, y += BLOCK)
		exp_block(x, y);
	if (n == 0)
		return;
	memcpy(rest, x, n * sizeof(*x));
	exp_block(rest, rest);
	memcpy(y, rest, n * sizeof(*y));
}
