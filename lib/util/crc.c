#include <zlib.h>

#include "util/crc.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define ISA __attribute__((target("pclmul,sse4.1")))
#define STEP ((size_t)64)

/* x^(8 m + 32) and x^(8 m - 32) modulo the polynomial, bits reversed, for the m
 * bytes that a fold moves by (Gopal and others, Intel, 2009). */
#define BY_64_LOW 0x154442bd4
#define BY_64_HIGH 0x1c6e41596
#define BY_16_LOW 0x1751997d0
#define BY_16_HIGH 0x0ccaa009e

/* What stands m bytes in front of `next`, added to it. */
ISA static inline __m128i
fold(__m128i x, __m128i by, __m128i next)
{
	__m128i low = _mm_clmulepi64_si128(x, by, 0x00);
	__m128i high = _mm_clmulepi64_si128(x, by, 0x11);

	return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

ISA static inline __m128i
load(const unsigned char *p, size_t i)
{
	return _mm_loadu_si128((const void *)(p + 16 * i));
}

/* n is a multiple of STEP, and not 0. */
ISA static uint32_t
add_folding(uint32_t crc, const unsigned char *p, size_t n)
{
	const __m128i by_64 = _mm_set_epi64x(BY_64_HIGH, BY_64_LOW);
	const __m128i by_16 = _mm_set_epi64x(BY_16_HIGH, BY_16_LOW);
	__m128i x[4];
	unsigned char rest[16];

	for (size_t i = 0; i < 4; i++)
		x[i] = load(p, i);
	x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)~crc));
	for (size_t at = STEP; at < n; at += STEP) {
		x[0] = fold(x[0], by_64, load(p + at, 0));
		x[1] = fold(x[1], by_64, load(p + at, 1));
		x[2] = fold(x[2], by_64, load(p + at, 2));
		x[3] = fold(x[3], by_64, load(p + at, 3));
	}
	for (size_t i = 1; i < 4; i++)
		x[i] = fold(x[i - 1], by_16, x[i]);
	_mm_storeu_si128((void *)rest, x[3]);
	/* The register is 0 in front of these bytes; zlib inverts it. */
	return (uint32_t)crc32_z(UINT32_MAX, rest, sizeof(rest));
}

uint32_t
crc_add(uint32_t crc, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	size_t whole = n - n % STEP;

	if (n == 0) /* zlib takes NULL for a new beginning */
		return crc;
	if (!whole || !__builtin_cpu_supports("pclmul") ||
		!__builtin_cpu_supports("sse4.1"))
		return (uint32_t)crc32_z(crc, p, n);
	crc = add_folding(crc, p, whole);
	return n > whole ? (uint32_t)crc32_z(crc, p + whole, n - whole) : crc;
}

#else

uint32_t
crc_add(uint32_t crc, const void *bytes, size_t n)
{
	return n ? (uint32_t)crc32_z(crc, bytes, n) : crc;
}

#endif
