#include "kernel/panel_avx2.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define ISA __attribute__((target("avx2,fma")))
#define WIDTH 8
#define SCORE_VECTORS 6
#define SCORE_PANELS 1
#define DEPTHWISE_VECS 2

typedef __m256 vec;
typedef __m256i ivec;
typedef __m256 mask;

#define load(p) _mm256_load_ps(p)
#define loadu(p) _mm256_loadu_ps(p)
#define store(p, x) _mm256_storeu_ps(p, x)
#define iload(p) _mm256_load_si256((const __m256i *)(const void *)(p))
#define istore(p, x) _mm256_store_si256((__m256i *)(void *)(p), x)
#define set1(x) _mm256_broadcast_ss(&(x))
#define iset1(x) _mm256_set1_epi32(x)
#define iadd(a, b) _mm256_add_epi32(a, b)
#define zero() _mm256_setzero_ps()
#define add(a, b) _mm256_add_ps(a, b)
#define sub(a, b) _mm256_sub_ps(a, b)
#define mul(a, b) _mm256_mul_ps(a, b)
#define fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define larger(a, b) _mm256_max_ps(a, b)
#define smaller(a, b) _mm256_min_ps(a, b)
#define above(a, b) _mm256_cmp_ps(a, b, _CMP_GT_OQ)
#define atleast(a, b) _mm256_cmp_ps(a, b, _CMP_GE_OQ)
#define equal(a, b) _mm256_cmp_ps(a, b, _CMP_EQ_OQ)
#define below(a, b) _mm256_castsi256_ps(_mm256_cmpgt_epi32(b, a))
#define both(m, n) _mm256_and_ps(m, n)
#define either(m, n) _mm256_or_ps(m, n)
#define any(m) (_mm256_movemask_ps(m) != 0)
#define bits(m) ((uint32_t)_mm256_movemask_ps(m))
#define pick(m, a, b) \
	_mm256_castps_si256(_mm256_blendv_ps( \
		_mm256_castsi256_ps(b), _mm256_castsi256_ps(a), m))

/* gcc would load the vectors anew for every row; two loads a cycle do not
 * allow that. */
#define hold(x) __asm__("" : "+x"(x))

#include "kernel/panel_tile.h"
#include "kernel/panel_tile_near.h"
#include "kernel/depthwise_tile.h"

/* Three panels are twice three strips, in tiles of 12 sums.  One panel is two
 * strips: 5, 5 and 6 rows, so that there are sums enough to hide the latency
 * of the multiply-add. */
TILE void
search(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n, bool second)
{
	struct strip s[3 * STRIPS];

	for (; n >= 3; n -= 3, l += 3) {
		tile_strips(l, 3, s);
		tile_sweep(p, first, count, s, 3, 4, second);
		tile_sweep(p, first, count, s + 3, 3, 4, second);
	}
	for (; n; n--, l++) {
		tile_strips(l, 1, s);
		for (size_t b = first; b < first + count; b++) {
			tile(p, b * PANEL, 5, s, 2, second);
			tile(p, b * PANEL + 5, 5, s, 2, second);
			tile(p, b * PANEL + 10, 6, s, 2, second);
		}
	}
}

ISA static size_t
near(const struct near_codes *c, size_t first, size_t count,
	struct near_vectors *v)
{
	size_t full = 0;

	for (size_t b = first; b < first + count; b++) {
		full += tile_near(c, b * PANEL, 5, v);
		full += tile_near(c, b * PANEL + 5, 5, v);
		full += tile_near(c, b * PANEL + 10, 6, v);
	}
	return full;
}

/* Four numbers of four rows: a transpose of 4 by 4. */
TILE void
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

ISA void
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
		best, best2, features, boxes, reach, near, columns,
		channels_row, channels_back };

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
