#include "kernel/panel_neon.h"

#if defined(__aarch64__) && defined(__GNUC__)

#include <arm_neon.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define ISA
#define WIDTH 4
#define SCORE_VECTORS 6

typedef float32x4_t vec;
typedef uint32x4_t ivec;
typedef uint32x4_t mask;

#define load(p) vld1q_f32(p)
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

/* A panel is four strips; 20 to 24 sums, of 32 registers. */
TILE void
search(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n, bool second)
{
	struct strip s[STRIPS];

	for (; n; n--, l++) {
		tile_strips(l, 1, s);
		for (size_t b = first; b < first + count; b++) {
			tile(p, b * PANEL, 5, s, STRIPS, second);
			tile(p, b * PANEL + 5, 5, s, STRIPS, second);
			tile(p, b * PANEL + 10, 6, s, STRIPS, second);
		}
	}
}

static void
best(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	search(p, first, count, l, n, false);
}

static void
best2(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	search(p, first, count, l, n, true);
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

const struct panel_ops *
panel_neon(void)
{
	static const struct panel_ops ops = { "neon", panel_lay, scores, best,
		best2, features, boxes, reach, near };

	return &ops;
}

#else

const struct panel_ops *
panel_neon(void)
{
	return NULL;
}

#endif
