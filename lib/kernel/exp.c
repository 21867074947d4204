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
