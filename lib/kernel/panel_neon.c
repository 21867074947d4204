#include "kernel/panel_neon.h"

#if defined(__aarch64__) && defined(__GNUC__)

#include <arm_neon.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define ISA
#define WIDTH 4
#define SCORE_VECTORS 5
#define SCORE_PANELS 1
#define DEPTHWISE_VECS 4

typedef float32x4_t vec;
typedef uint32x4_t ivec;
typedef uint32x4_t mask;

#define load(p) vld1q_f32(p)
#define loadu(p) vld1q_f32(p)
#define store(p, x) vst1q_f32(p, x)
#define iload(p) vld1q_u32(p)
#define istore(p, x) vst1q_u32(p, x)
#define set1(x) vdupq_n_f32(x)
#define iset1(x) vdupq_n_u32((uint32_t)(x))
#define iadd(a, b) vaddq_u32(a, b)
#define zero() vdupq_n_f32(0)
#define add(a, b) vaddq_f32(a, b)
#define sub(a, b) vsubq_f32(a, b)
#define mul(a, b) vmulq_f32(a, b)
#define fma(a, b, c) vfmaq_f32(c, a, b)
#define larger(a, b) vbslq_f32(vcgtq_f32(a, b), a, b)
#define smaller(a, b) vbslq_f32(vcltq_f32(a, b), a, b)
#define above(a, b) vcgtq_f32(a, b)
#define atleast(a, b) vcgeq_f32(a, b)
#define equal(a, b) vceqq_f32(a, b)
#define below(a, b) \
	vcltq_s32(vreinterpretq_s32_u32(a), vreinterpretq_s32_u32(b))
#define both(m, n) vandq_u32(m, n)
#define either(m, n) vorrq_u32(m, n)
#define any(m) (vmaxvq_u32(m) != 0)
#define bits(m) vaddvq_u32(vandq_u32(m, (uint32x4_t){ 1, 2, 4, 8 }))
#define pick(m, a, b) vbslq_u32(m, a, b)
#define hold(x) (void)(x)

#include "kernel/panel_tile.h"
#include "kernel/panel_tile_near.h"
#include "kernel/depthwise_tile.h"

/* A panel is four strips, in tiles of 16 sums: enough for four cycles of
 * latency on four pipes.  With 24, of 32 registers, gcc spills some. */
#define ROWS 4

TILE void
search(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n, bool second)
{
	struct strip s[STRIPS];

	for (; n; n--, l++) {
		tile_strips(l, 1, s);
		tile_sweep(p, first, count, s, STRIPS, ROWS, second);
	}
}

ISA static size_t
near(const struct near_codes *c, size_t first, size_t count,
	struct near_vectors *v)
{
	size_t full = 0;

	for (size_t j = first * PANEL; j < (first + count) * PANEL; j += ROWS)
		full += tile_near(c, j, ROWS, v);
	return full;
}

/* Four numbers of four rows: a transpose of 4 by 4. */
TILE void
lay_square(const float *x, size_t d, const float *centre, float *lanes)
{
	vec c = load(centre);
	float32x4x2_t a = vtrnq_f32(sub(load(x), c), sub(load(x + d), c));
	float32x4x2_t b =
		vtrnq_f32(sub(load(x + 2 * d), c), sub(load(x + 3 * d), c));

	for (size_t i = 0; i < 2; i++, lanes += PANEL) {
		store(lanes,
			vcombine_f32(vget_low_f32(a.val[i]),
				vget_low_f32(b.val[i])));
		store(lanes + 2 * PANEL,
			vcombine_f32(vget_high_f32(a.val[i]),
				vget_high_f32(b.val[i])));
	}
}

static void
lay(const float *x, size_t n, size_t d, const float *centre, float *lanes)
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
panel_neon(void)
{
	static const struct panel_ops ops = { "neon", lay, scores, best, best2,
		features, boxes, reach, near, columns, channels_row,
		channels_back };

	return &ops;
}

#else

const struct panel_ops *
panel_neon(void)
{
	return NULL;
}

#endif
