#include "kernel/panel_avx2.h"
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
 * n vectors against a panel of rows, one register a vector; the vectors'
 * numbers are broadcast from memory.
 */
ALWAYS void
tile(const struct panel *p, size_t b, const float *x, size_t n, __m512 *acc)
{
	size_t d = p->d;
	const float *w = p->w + b * d * PANEL;

	UNROLL
	for (size_t v = 0; v < n; v++)
		acc[v] = _mm512_load_ps(p->start + b * PANEL);
	for (size_t i = 0; i < d; i++, w += PANEL) {
		__m512 c = _mm512_load_ps(w);

		UNROLL
		for (size_t v = 0; v < n; v++)
			acc[v] = _mm512_fmadd_ps(
				_mm512_set1_ps(x[v * d + i]), c, acc[v]);
	}
}

ALWAYS void
scores_n(const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (size_t b = 0; b < p->count; b++) {
		size_t live = p->rows - b * PANEL;
		__mmask16 keep =
			(__mmask16)(live >= PANEL ? 0xffffu : (1u << live) - 1);
		__m512 acc[GROUP];

		tile(p, b, x, n, acc);
		UNROLL
		for (size_t v = 0; v < n; v++)
			_mm512_mask_storeu_ps(
				y + v * ldy + b * PANEL, keep, acc[v]);
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

#define ROWS 8  /* rows and */
#define LANES 3 /* registers of vectors in a tile: 24 sums in registers */

/* ROWS rows from row j on against n registers of vectors (n is a constant). */
ALWAYS void
best_tile(
	const struct panel *p, size_t j, const struct panel_lanes *l, size_t n)
{
	const float *w = p->w + j / PANEL * p->d * PANEL + j % PANEL;
	__m512i row = _mm512_set1_epi32((int)j);
	__m512 acc[ROWS][LANES], x[LANES];

	UNROLL
	for (size_t r = 0; r < ROWS; r++)
		UNROLL
	for (size_t q = 0; q < n; q++)
		acc[r][q] = _mm512_set1_ps(p->start[j + r]);
	for (size_t i = 0; i < p->d; i++, w += PANEL) {
		UNROLL
		for (size_t q = 0; q < n; q++)
			x[q] = _mm512_load_ps(l[q].x + i * PANEL);
		UNROLL
		for (size_t r = 0; r < ROWS; r++) {
			__m512 c = _mm512_set1_ps(w[r]);

			UNROLL
			for (size_t q = 0; q < n; q++)
				acc[r][q] = _mm512_fmadd_ps(x[q], c, acc[r][q]);
		}
	}
	UNROLL
	for (size_t q = 0; q < n; q++) {
		__m512 score = _mm512_load_ps(l[q].score);
		__m512i idx = _mm512_load_si512(l[q].idx), at = row;

		UNROLL
		for (size_t r = 0; r < ROWS; r++) {
			__mmask16 more = _mm512_cmp_ps_mask(
				acc[r][q], score, _CMP_GT_OQ);

			/* A NaN leaves the second, the score. */
			score = _mm512_max_ps(acc[r][q], score);
			idx = _mm512_mask_mov_epi32(idx, more, at);
			at = _mm512_add_epi32(at, _mm512_set1_epi32(1));
		}
		_mm512_store_ps(l[q].score, score);
		_mm512_store_si512(l[q].idx, idx);
	}
}

ALWAYS void
best_rows(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	for (size_t j = first * PANEL; j < (first + count) * PANEL; j += ROWS)
		best_tile(p, j, l, n);
}

AVX512 static void
best(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	for (; n >= LANES; n -= LANES, l += LANES)
		best_rows(p, first, count, l, LANES);
	if (n == 2)
		best_rows(p, first, count, l, 2);
	else if (n == 1)
		best_rows(p, first, count, l, 1);
}

const struct panel_ops *
panel_avx512(void)
{
	static const struct panel_ops ops = { "avx512", panel_avx2_lay, scores,
		best };

	__builtin_cpu_init();
	return __builtin_cpu_supports("avx512f") && panel_avx2() ? &ops : NULL;
}

#else

const struct panel_ops *
panel_avx512(void)
{
	return NULL;
}

#endif
