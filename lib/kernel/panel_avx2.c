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

#define ROWS 4   /* rows and */
#define EIGHTS 3 /* registers of eight vectors in a tile: 12 sums */

/* Eight vectors out of a panel of them. */
struct eight {
	const float *x;
	float *score;
	uint32_t *idx;
};

/*
 * r rows from row j on against n registers of vectors (both are constants).
 * gcc would load the vectors anew for every row: two loads a cycle do not
 * allow that, so an empty instruction holds them in registers.
 */
ALWAYS void
best_tile(const struct panel *p, size_t j, size_t rows, const struct eight *l,
	size_t n)
{
	const float *w = p->w + j / PANEL * p->d * PANEL + j % PANEL;
	__m256 acc[6][EIGHTS], x[EIGHTS];

	UNROLL
	for (size_t r = 0; r < rows; r++)
		UNROLL
	for (size_t q = 0; q < n; q++)
		acc[r][q] = _mm256_broadcast_ss(p->start + j + r);
	for (size_t i = 0; i < p->d; i++, w += PANEL) {
		UNROLL
		for (size_t q = 0; q < n; q++) {
			x[q] = _mm256_load_ps(l[q].x + i * PANEL);
			__asm__("" : "+x"(x[q]));
		}
		UNROLL
		for (size_t r = 0; r < rows; r++) {
			__m256 c = _mm256_broadcast_ss(w + r);

			UNROLL
			for (size_t q = 0; q < n; q++)
				acc[r][q] = _mm256_fmadd_ps(x[q], c, acc[r][q]);
		}
	}
	UNROLL
	for (size_t q = 0; q < n; q++) {
		__m256 score = _mm256_load_ps(l[q].score);
		__m256 idx = _mm256_load_ps((const float *)l[q].idx);
		__m256i at = _mm256_set1_epi32((int)j);

		UNROLL
		for (size_t r = 0; r < rows; r++) {
			__m256 more =
				_mm256_cmp_ps(acc[r][q], score, _CMP_GT_OQ);

			/* A NaN leaves the second, the score. */
			score = _mm256_max_ps(acc[r][q], score);
			idx = _mm256_blendv_ps(
				idx, _mm256_castsi256_ps(at), more);
			at = _mm256_add_epi32(at, _mm256_set1_epi32(1));
		}
		_mm256_store_ps(l[q].score, score);
		_mm256_store_ps((float *)l[q].idx, idx);
	}
}

/* Three registers: four rows a time. */
ALWAYS void
best_three(const struct panel *p, size_t first, size_t count,
	const struct eight *l)
{
	for (size_t j = first * PANEL; j < (first + count) * PANEL; j += ROWS)
		best_tile(p, j, ROWS, l, EIGHTS);
}

/* Two: the panel in 5, 5 and 6 rows, so that there are enough sums. */
ALWAYS void
best_two(const struct panel *p, size_t first, size_t count,
	const struct eight *l)
{
	for (size_t j = first * PANEL; j < (first + count) * PANEL;
		j += PANEL) {
		best_tile(p, j, 5, l, 2);
		best_tile(p, j + 5, 5, l, 2);
		best_tile(p, j + 10, 6, l, 2);
	}
}

AVX2 static void
best(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	struct eight e[2 * EIGHTS];

	while (n) {
		size_t panels = n < EIGHTS ? 1 : EIGHTS;

		for (size_t h = 0; h < 2 * panels; h++) {
			size_t at = h % 2 * 8;

			e[h] = (struct eight){ l[h / 2].x + at,
				l[h / 2].score + at, l[h / 2].idx + at };
		}
		if (panels == EIGHTS) {
			best_three(p, first, count, e);
			best_three(p, first, count, e + EIGHTS);
		} else {
			best_two(p, first, count, e);
		}
		n -= panels;
		l += panels;
	}
}

/* Four numbers of four rows: a transpose of 4 by 4. */
ALWAYS void
lay_square(const float *x, size_t d, const float *centre, float *lanes)
{
	__m128 c = _mm_loadu_ps(centre);
	__m128 r0 = _mm_sub_ps(_mm_loadu_ps(x), c);
	__m128 r1 = _mm_sub_ps(_mm_loadu_ps(x + d), c);
	__m128 r2 = _mm_sub_ps(_mm_loadu_ps(x + 2 * d), c);
	__m128 r3 = _mm_sub_ps(_mm_loadu_ps(x + 3 * d), c);

	_MM_TRANSPOSE4_PS(r0, r1, r2, r3);
	_mm_storeu_ps(lanes, r0);
	_mm_storeu_ps(lanes + PANEL, r1);
	_mm_storeu_ps(lanes + 2 * PANEL, r2);
	_mm_storeu_ps(lanes + 3 * PANEL, r3);
}

AVX2 void
panel_avx2_lay(
	const float *x, size_t n, size_t d, const float *centre, float *lanes)
{
	if (n < PANEL) {
		panel_lay(x, n, d, centre, lanes);
		return;
	}
	for (size_t v = 0; v < PANEL; v += 4, x += 4 * d) {
		size_t i = 0;

		for (; i + 4 <= d; i += 4)
			lay_square(x + i, d, centre + i, lanes + i * PANEL + v);
		for (; i < d; i++)
			for (size_t r = 0; r < 4; r++)
				lanes[i * PANEL + v + r] =
					x[r * d + i] - centre[i];
	}
}

const struct panel_ops *
panel_avx2(void)
{
	static const struct panel_ops ops = { "avx2", panel_avx2_lay, scores,
		best };

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
