/*
 * fma.h - a * b + c rounded once, also where the processor has no such thing.
 *
 * fmaf of the C library then takes some hundred instructions and keeps loops
 * from being vectorised.  Here double arithmetic does it.  The product of two
 * floats is exact in double; the sum is rounded to odd: of the two doubles
 * around the exact sum the one whose last bit is set.  It is not halfway
 * between two floats unless the exact sum is, and lies on the same side of
 * those that are, so that rounding it to float is as good as rounding the
 * exact sum (Boldo and Melquiond, Emulation of FMA and correctly rounded sums,
 * 2008: 53 bits suffice for 24, subnormal results included).
 */
#ifndef KERNEL_FMA_H
#define KERNEL_FMA_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "floats are not rounded as floats: -msse2 -mfpmath=sse on 32-bit x86"
#endif

/* Any values; a NaN may differ from that of fmaf in its bits. */
static inline float
fma_by_double(float a, float b, float c)
{
	double p = (double)a * (double)b, q = (double)c, sum = p + q, odd;
	/* What rounding the sum took away (Knuth's TwoSum), exactly; NaN where
	 * the sum is infinite. */
	double part = sum - p, rest = (p - (sum - part)) + (q - part);
	uint64_t bits, inward;

	memcpy(&bits, &sum, sizeof(bits));
	memcpy(&inward, &rest, sizeof(inward));
	inward = (inward ^ bits) >> 63; /* the exact sum is nearer to 0 */
	bits = (bits - inward) | 1;
	memcpy(&odd, &bits, sizeof(odd));
	return (float)(rest > 0 ? odd : rest < 0 ? odd : sum);
}

static inline float
fma_once(float a, float b, float c)
{
#if defined(__FP_FAST_FMAF) || defined(__FMA__)
	return fmaf(a, b, c);
#else
	return fma_by_double(a, b, c);
#endif
}

#endif
