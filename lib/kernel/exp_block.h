/*
 * exp_block.h - the e^x of exp_floats for loops that go on with it: to be
 * inlined into a function of kernel/wide.h's versions.
 */
#ifndef KERNEL_EXP_BLOCK_H
#define KERNEL_EXP_BLOCK_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel/wide.h"

#define EXP_BLOCK ((size_t)32)
#define EXP_LOG2_E 0x1.715476p0f
#define EXP_LN2_HIGH 0x1.62e4p-1f /* 9 zero bits: n * EXP_LN2_HIGH is exact */
#define EXP_LN2_LOW 0x1.7f7d1cp-20f
#define EXP_ROUND 0x1.8p23f /* n is then in the low bits of the sum */

/* The remainder of Taylor's series is below 2^-27 for |r| <= ln 2 / 2. */
WIDE_INLINE float
exp_block_one(float x)
{
	float shifted = x * EXP_LOG2_E + EXP_ROUND;
	float n = shifted - EXP_ROUND, sum, power;
	float r = (x - n * EXP_LN2_HIGH) - n * EXP_LN2_LOW;
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

/* A block has a fixed length and no alias: y is other memory.  Loop by loop,
 * for comparisons that stand together become branches. */
WIDE_INLINE void
exp_block(const float *restrict x, float *restrict y)
{
	for (size_t i = 0; i < EXP_BLOCK; i++)
		y[i] = x[i] < -87 ? -87 : x[i];
	for (size_t i = 0; i < EXP_BLOCK; i++)
		y[i] = y[i] > 88 ? 88 : y[i];
	for (size_t i = 0; i < EXP_BLOCK; i++)
		y[i] = exp_block_one(y[i]);
	for (size_t i = 0; i < EXP_BLOCK; i++)
		y[i] = x[i] < -87 ? 0 : y[i];
	for (size_t i = 0; i < EXP_BLOCK; i++)
		y[i] = x[i] > 88 ? (float)INFINITY : y[i];
}

#endif
