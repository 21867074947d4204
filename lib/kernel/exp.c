#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernel/exp.h"
#include "kernel/exp_block.h"
#include "kernel/wide.h"

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

#define BUNCH 4 /* registers at work: each waits for its own sums */

/* exp_of in lanes; n <= BUNCH * WIDE.  n is in the low bits of the shifted
 * number, so that no conversion is needed. */
WIDE_INLINE void
less_bunch(const float *s, double less, double *y)
{
	wide x[BUNCH], r[BUNCH], sum[BUNCH];
	wide_bits bits[BUNCH], live[BUNCH];

	WIDE_UNROLL
	for (size_t i = 0; i < BUNCH; i++) {
		wide_float from;
		wide shifted, n;

		memcpy(&from, s + i * WIDE, sizeof(from));
		x[i] = __builtin_convertvector(from, wide) - less;
		shifted = x[i] * LOG2_E + ROUND;
		n = shifted - ROUND;
		r[i] = (x[i] - n * LN2_HI) - n * LN2_LO;
		live[i] = (wide_bits)(x[i] >= -708);
		bits[i] = ((wide_bits)shifted + 1023) << 52;
		sum[i] = (wide){ 0 } + term[0];
	}
	for (size_t t = 1; t < sizeof(term) / sizeof(term[0]); t++) {
		WIDE_UNROLL
		for (size_t i = 0; i < BUNCH; i++)
			sum[i] = sum[i] * r[i] + term[t];
	}
	WIDE_UNROLL
	for (size_t i = 0; i < BUNCH; i++) {
		wide_bits all = (wide_bits)(sum[i] * (wide)bits[i]) & live[i];

		memcpy(y + i * WIDE, &all, sizeof(all));
	}
}

WIDE_INLINE void
less_all(const float *s, size_t n, float less, double *y)
{
	float rest[BUNCH * WIDE];
	double out[BUNCH * WIDE];

	for (; n >= BUNCH * WIDE; n -= BUNCH * WIDE) {
		less_bunch(s, (double)less, y);
		s += BUNCH * WIDE;
		y += BUNCH * WIDE;
	}
	if (n == 0)
		return;
	for (size_t i = 0; i < BUNCH * WIDE; i++)
		rest[i] = i < n ? s[i] : less;
	less_bunch(rest, (double)less, out);
	memcpy(y, out, n * sizeof(*y));
}

WIDE_VERSIONS(void, less_all, (const float *s, size_t n, float less, double *y),
	less_all(s, n, less, y))

void
exp_less(const float *s, size_t n, float less, double *y)
{
	WIDE_CALL(less_all, (s, n, less, y));
}

#define BLOCK EXP_BLOCK

/* y may be x. */
WIDE_INLINE void
floats_all(const float *x, size_t n, float *y)
{
	float rest[BLOCK] = { 0 }, t[BLOCK];

	for (; n >= BLOCK; n -= BLOCK, x += BLOCK, y += BLOCK) {
		exp_block(x, t);
		memcpy(y, t, sizeof(t));
	}
	if (n == 0)
		return;
	memcpy(rest, x, n * sizeof(*x));
	exp_block(rest, t);
	memcpy(y, t, n * sizeof(*y));
}

WIDE_VERSIONS(void, floats_all, (const float *x, size_t n, float *y),
	floats_all(x, n, y))

void
exp_floats(const float *x, size_t n, float *y)
{
	WIDE_CALL(floats_all, (x, n, y));
}
