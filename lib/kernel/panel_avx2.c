#include "kernel/panel_avx2.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

/* Unrolled by order, so that the accumulators live in registers. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 6")
#endif
#define AVX2 __attribute__((target("avx2,fma")))
#define GROUP 6
#define ALWAYS static inline __attribute__((always_inline)) AVX2

/*
 * A tile: n vectors (a constant after inlining) against one panel, two
 * registers of eight lanes a vector; with n = 6 twelve accumulators, two
 * registers of codes and one broadcast fill the sixteen there are.
 */
ALWAYS void
tile(const struct panel *p, size_t b, const float *x, size_t n,
	__m256 (*acc)[2])
{
	const float *w = p->w + b * p->d * PANEL;
	const float *start = p->start + b * PANEL;
	size_t d = p->d;

	UNROLL
	for (size_t v = 0; v < n; v++) {
		acc[v][0] = _mm256_load_ps(start);
		acc[v][1] = _mm256_load_ps(start + 8);
	}
	for (size_t i = 0; i < d; i++, w += PANEL) {
		__m256 lo = _mm256_load_ps(w), hi = _mm256_load_ps(w + 8);

		UNROLL
		for (size_t v = 0; v < n; v++) {
			__m256 xi = _mm256_broadcast_ss(x + v * d + i);

			acc[v][0] = _mm256_fmadd_ps(xi, lo, acc[v][0]);
			acc[v][1] = _mm256_fmadd_ps(xi, hi, acc[v][1]);
		}
	}
}

/* Rare after the first panels: some lane beats the best so far. */
__attribute__((noinline)) AVX2 static void
improve(__m256 lo, __m256 hi, uint32_t mask, size_t panel, float *score,
	uint32_t *idx)
{
	float s[PANEL];

	_mm256_storeu_ps(s, lo);
	_mm256_storeu_ps(s + 8, hi);
	panel_improve(s, mask, panel, score, idx);
}

ALWAYS void
best_n(const struct panel *p, size_t first, size_t count, const float *x,
	size_t n, float *score, uint32_t *idx)
{
	for (size_t b = first; b < first + count; b++) {
		__m256 acc[GROUP][2];

		tile(p, b, x, n, acc);
		UNROLL
		for (size_t v = 0; v < n; v++) {
			__m256 top = _mm256_broadcast_ss(score + v);
			__m256 lo = _mm256_cmp_ps(acc[v][0], top, _CMP_GT_OQ);
			__m256 hi = _mm256_cmp_ps(acc[v][1], top, _CMP_GT_OQ);
			uint32_t mask = (uint32_t)_mm256_movemask_ps(lo) |
				(uint32_t)_mm256_movemask_ps(hi) << 8;

			if (__builtin_expect(mask != 0, 0))
				improve(acc[v][0], acc[v][1], mask, b,
					&score[v], &idx[v]);
		}
	}
}

AVX2 static void
best(const struct panel *p, size_t first, size_t count, const float *x,
	size_t n, float *score, uint32_t *idx)
{
	size_t v = 0;

	for (; v + GROUP <= n; v += GROUP)
		best_n(p, first, count, x + v * p->d, GROUP, score + v,
			idx + v);
	for (; v < n; v++)
		best_n(p, first, count, x + v * p->d, 1, score + v, idx + v);
}

ALWAYS void
scores_n(const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (size_t b = 0; b < p->count; b++) {
		size_t live = p->rows - b * PANEL;
		__m256 acc[GROUP][2];

		tile(p, b, x, n, acc);
		UNROLL
		for (size_t v = 0; v < n; v++) {
			float *to = y + v * ldy + b * PANEL;
			float s[PANEL];

			if (live >= PANEL) {
				_mm256_storeu_ps(to, acc[v][0]);
				_mm256_storeu_ps(to + 8, acc[v][1]);
				continue;
			}
			_mm256_storeu_ps(s, acc[v][0]);
			_mm256_storeu_ps(s + 8, acc[v][1]);
			memcpy(to, s, live * sizeof(*s));
		}
	}
}

AVX2 static void
scores(const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (; n >= GROUP; n -= GROUP) {
		scores_n(p, x, GROUP, y, ldy);
		x += GROUP * p->d;
		y += GROUP * ldy;
	}
	for (; n; n--, x += p->d, y += ldy)
		scores_n(p, x, 1, y, ldy);
}

const struct panel_ops *
panel_avx2(void)
{
	static const struct panel_ops ops = { "avx2", GROUP, scores, best };

	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &ops;
	return NULL;
}

#else

const struct panel_ops *
panel_avx2(void)
{
	return NULL;
}

#endif
