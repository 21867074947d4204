#include <string.h>

#include "tensor/half.h"

#define F32_SIGN 0x80000000u
#define F32_INF 0x7f800000u
#define BIAS_GAP 112u /* 127 - 15, between the exponents' biases */

static uint32_t
bits_of(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

static float
float_of(uint32_t u)
{
	float x;

	memcpy(&x, &u, sizeof(x));
	return x;
}

/* v / 2^s, to nearest, ties to even. */
static uint32_t
shift_round(uint32_t v, unsigned s)
{
	uint32_t odd = v >> s & 1;

	return (v + (1u << (s - 1)) - 1 + odd) >> s;
}

float
half_f16_to_f32(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16;
	uint32_t exponent = h >> 10 & 31, mantissa = h & 1023;

	if (exponent == 31)
		return float_of(sign | F32_INF | mantissa << 13);
	if (exponent == 0) /* subnormal: the product is exact */
		return float_of(sign | bits_of((float)mantissa * 0x1p-24f));
	return float_of(sign | (exponent + BIAS_GAP) << 23 | mantissa << 13);
}

/* The magnitude u of a float below 2^-14, in units of 2^-24. */
static uint32_t
subnormal_f16(uint32_t u)
{
	uint32_t exponent = u >> 23;

	if (exponent < 102) /* below 2^-25: nearest is zero */
		return 0;
	return shift_round((u & 0x7fffff) | 0x800000, 126 - exponent);
}

uint16_t
half_f32_to_f16(float x)
{
	uint32_t u = bits_of(x), sign = (u & F32_SIGN) >> 16, h;

	u &= ~F32_SIGN;
	if (u > F32_INF)
		h = 0x7e00 | (u >> 13 & 0x3ff);
	else if (u >= 0x477ff000) /* 65520: halfway from 65504 to 65536 */
		h = 0x7c00;
	else if (u >= 0x38800000) /* 2^-14, the least normal */
		h = shift_round(u - (BIAS_GAP << 23), 13);
	else
		h = subnormal_f16(u);
	return (uint16_t)(sign | h);
}

float
half_bf16_to_f32(uint16_t h)
{
	return float_of((uint32_t)h << 16);
}

uint16_t
half_f32_to_bf16(float x)
{
	uint32_t u = bits_of(x);

	if ((u & ~F32_SIGN) > F32_INF)
		return (uint16_t)(u >> 16 | 0x40);
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}
