#include "kernel/panel_avx512.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

/* Unrolled by order, so that the accumulators live in registers. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 12")
#endif
#define AVX512 __attribute__((target("avx512f")))
#define GROUP 12
#define ALWAYS static inline __attribute__((always_inline)) AVX512

/*
 * A tile: n vectors against one or two panels (constants after inlining); with
 * 12 and two, 24 accumulators, two registers of codes, and the vectors'
 * numbers broadcast from memory.
 */
ALWAYS void
tile(const struct panel *p, size_t b, size_t panels, const float *x, size_t n,
	__m512 (*acc)[2])
{
	size_t d = p->d;
	const float *w = p->w + b * d * PANEL, *w1 = w + d * PANEL;

	UNROLL
	for (size_t v = 0; v < n; v++) {
		acc[v][0] = _mm512_load_ps(p->start + b * PANEL);
		if (panels == 2)
			acc[v][1] = _mm512_load_ps(p->start + (b + 1) * PANEL);
	}
	for (size_t i = 0; i < d; i++, w += PANEL, w1 += PANEL) {
		__m512 c0 = _mm512_load_ps(w), c1 = c0;

		if (panels == 2)
			c1 = _mm512_load_ps(w1);
		UNROLL
		for (size_t v = 0; v < n; v++) {
			__m512 xi = _mm512_set1_ps(x[v * d + i]);

			acc[v][0] = _mm512_fmadd_ps(xi, c0, acc[v][0]);
			if (panels == 2)
				acc[v][1] = _mm512_fmadd_ps(xi, c1, acc[v][1]);
		}
	}
}

/* Rare after the first panels: some lane beats the best so far. */
__attribute__((noinline)) AVX512 static void
improve(__m512 s, uint32_t mask, size_t panel, float *score, uint32_t *idx)
{
	float lane[PANEL];

	_mm512_storeu_ps(lane, s);
	panel_improve(lane, mask, panel, score, idx);
}

ALWAYS void
best_n(const struct panel *p, size_t b, size_t panels, const float *x, size_t n,
	float *score, uint32_t *idx)
{
	__m512 acc[GROUP][2];

	tile(p, b, panels, x, n, acc);
	UNROLL
	for (size_t v = 0; v < n; v++) {
		__m512 top = _mm512_set1_ps(score[v]);
		uint32_t m0 = _mm512_cmp_ps_mask(acc[v][0], top, _CMP_GT_OQ);
		uint32_t m1 = 0;

		if (panels == 2)
			m1 = _mm512_cmp_ps_mask(acc[v][1], top, _CMP_GT_OQ);
		if (__builtin_expect((m0 | m1) == 0, 1))
			continue;
		if (m0)
			improve(acc[v][0], m0, b, &score[v], &idx[v]);
		if (m1)
			improve(acc[v][1], m1, b + 1, &score[v], &idx[v]);
	}
}

ALWAYS void
best_group(const struct panel *p, size_t first, size_t count, const float *x,
	size_t n, float *score, uint32_t *idx)
{
	size_t b = first, end = first + count;

	for (; b + 2 <= end; b += 2)
		best_n(p, b, 2, x, n, score, idx);
	if (b < end)
		best_n(p, b, 1, x, n, score, idx);
}

AVX512 static void
best(const struct panel *p, size_t first, size_t count, const float *x,
	size_t n, float *score, uint32_t *idx)
{
	size_t v = 0, d = p->d;

	for (; v + GROUP <= n; v += GROUP)
		best_group(
			p, first, count, x + v * d, GROUP, score + v, idx + v);
	for (; v + 4 <= n; v += 4)
		best_group(p, first, count, x + v * d, 4, score + v, idx + v);
	for (; v < n; v++)
		best_group(p, first, count, x + v * d, 1, score + v, idx + v);
}

ALWAYS void
scores_n(const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (size_t b = 0; b < p->count; b++) {
		size_t live = p->rows - b * PANEL;
		__mmask16 keep =
			(__mmask16)(live >= PANEL ? 0xffffu : (1u << live) - 1);
		__m512 acc[GROUP][2];

		tile(p, b, 1, x, n, acc);
		UNROLL
		for (size_t v = 0; v < n; v++)
			_mm512_mask_storeu_ps(
				y + v * ldy + b * PANEL, keep, acc[v][0]);
	}
}

AVX512 static void
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
panel_avx512(void)
{
	static const struct panel_ops ops = { "avx512", GROUP, scores, best };

	__builtin_cpu_init();
	return __builtin_cpu_supports("avx512f") ? &ops : NULL;
}

#else

const struct panel_ops *
panel_avx512(void)
{
	return NULL;
}

#endif
