#include "kernel/panel_avx2.h"
#include "kernel/panel_avx512.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define ISA __attribute__((target("avx512f")))
#define WIDTH 16
#define SCORE_VECTORS 12 /* times two panels: 24 sums, of 32 registers */
#define SCORE_PANELS 2
#define DEPTHWISE_VECS 4

typedef __m512 vec;
typedef __m512i ivec;
typedef __mmask16 mask;

#define load(p) _mm512_load_ps(p)
#define loadu(p) _mm512_loadu_ps(p)
#define store(p, x) _mm512_storeu_ps(p, x)
#define iload(p) _mm512_load_si512(p)
#define istore(p, x) _mm512_store_si512(p, x)
#define set1(x) _mm512_set1_ps(x)
#define iset1(x) _mm512_set1_epi32(x)
#define iadd(a, b) _mm512_add_epi32(a, b)
#define zero() _mm512_setzero_ps()
#define add(a, b) _mm512_add_ps(a, b)
#define sub(a, b) _mm512_sub_ps(a, b)
#define mul(a, b) _mm512_mul_ps(a, b)
#define fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define larger(a, b) _mm512_max_ps(a, b)
#define smaller(a, b) _mm512_min_ps(a, b)
#define above(a, b) _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ)
#define atleast(a, b) _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ)
#define equal(a, b) _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ)
#define below(a, b) _mm512_cmplt_epi32_mask(a, b)
#define both(m, n) ((mask)((m) & (n)))
#define either(m, n) ((mask)((m) | (n)))
#define any(m) ((m) != 0)
#define bits(m) ((uint32_t)(m))
#define pick(m, a, b) _mm512_mask_mov_epi32(b, m, a)
#define hold(x) (void)(x)

#include "kernel/panel_tile.h"
#include "kernel/panel_tile_near.h"
#include "kernel/depthwise_tile.h"

#define ROWS 8 /* with three strips 24 sums, of 32 registers */

TILE void
search(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n, bool second)
{
	struct strip s[3];

	for (; n >= 3; n -= 3, l += 3) {
		tile_strips(l, 3, s);
		tile_sweep(p, first, count, s, 3, ROWS, second);
	}
	tile_strips(l, n, s);
	if (n == 2)
		tile_sweep(p, first, count, s, 2, ROWS, second);
	else if (n == 1)
		tile_sweep(p, first, count, s, 1, ROWS, second);
}

/* One register of vectors: 16 sums hide the latency of the multiply-add. */
ISA static size_t
near(const struct near_codes *c, size_t first, size_t count,
	struct near_vectors *v)
{
	size_t full = 0;

	for (size_t b = first; b < first + count; b++)
		full += tile_near(c, b * PANEL, PANEL, v);
	return full;
}

const struct panel_ops *
panel_avx512(void)
{
	static const struct panel_ops ops = { "avx512", panel_avx2_lay, scores,
		best, best2, features, boxes, reach, near, columns,
		channels_row, channels_back };

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
