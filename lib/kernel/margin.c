#include <math.h>
#include <string.h>

#include "kernel/margin.h"
#include "kernel/wide.h"

/* What is summed up, in lanes. */
struct sums {
	wide dot, norm;
};

/* All of d numbers, a multiple of WIDE. */
WIDE_INLINE void
add_lanes(const float *x, const float *c, const float *f, size_t d,
	struct sums *s)
{
	for (size_t i = 0; i < d; i += WIDE) {
		wide_float vx, vc, vf;
		wide a, b, step;

		memcpy(&vx, x + i, sizeof(vx));
		memcpy(&vc, c + i, sizeof(vc));
		memcpy(&vf, f + i, sizeof(vf));
		a = __builtin_convertvector(vf, wide);
		b = __builtin_convertvector(vc, wide);
		step = a - b;
		s->dot +=
			step * (a + b - 2 * __builtin_convertvector(vx, wide));
		s->norm += step * step;
	}
}

#define PARAMETERS \
	(const float *x, const float *c, const float *f, size_t d, \
		struct sums *s)

WIDE_VERSION(, void, add_portable, PARAMETERS, add_lanes(x, c, f, d, s))

#ifdef WIDE_X86
#include <immintrin.h>

WIDE_VERSION(WIDE_AVX2, void, add_avx2, PARAMETERS, add_lanes(x, c, f, d, s))

/* gcc 12 would convert eight numbers in halves. */
WIDE_AVX512 static void
add_avx512(const float *x, const float *c, const float *f, size_t d,
	struct sums *s)
{
	__m512d dot = _mm512_loadu_pd(&s->dot);
	__m512d norm = _mm512_loadu_pd(&s->norm);

	for (size_t i = 0; i < d; i += WIDE) {
		__m512d a = _mm512_cvtps_pd(_mm256_loadu_ps(f + i));
		__m512d b = _mm512_cvtps_pd(_mm256_loadu_ps(c + i));
		__m512d v = _mm512_cvtps_pd(_mm256_loadu_ps(x + i));
		__m512d step = a - b;

		dot += step * (a + b - (v + v));
		norm += step * step;
	}
	_mm512_storeu_pd(&s->dot, dot);
	_mm512_storeu_pd(&s->norm, norm);
}
#endif

static float
margin(const struct sums *s)
{
	double dot = s->dot[0], norm = s->norm[0];

	for (size_t i = 1; i < WIDE; i++) {
		dot += s->dot[i];
		norm += s->norm[i];
	}
	/* Where rounding chose between codes of one distance it may be below 0. */
	return dot > 0 ? (float)(dot / (2 * sqrt(norm))) : 0;
}

float
margin_between(const float *x, const float *c, const float *f, size_t d)
{
	size_t whole = d - d % WIDE, rest = (d - whole) * sizeof(*x);
	float tail[3][WIDE] = { { 0 } };
	struct sums s = { { 0 }, { 0 } };

	WIDE_CALL(add, (x, c, f, whole, &s));
	if (rest) {
		memcpy(tail[0], x + whole, rest);
		memcpy(tail[1], c + whole, rest);
		memcpy(tail[2], f + whole, rest);
		WIDE_CALL(add, (tail[0], tail[1], tail[2], WIDE, &s));
	}
	return margin(&s);
}
