#include "kernel/panel_neon.h"

#if defined(__aarch64__) && defined(__GNUC__)

#include <arm_neon.h>
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
#define fma(a, b, c) vfmaq_f32(c, a, b)
#define larger(a, b) vbslq_f32(vcgtq_f32(a, b), a, b)
#define smaller(a, b) vbslq_f32(vcltq_f32(a, b), a, b)
#define above(a, b) vcgtq_f32(a, b)
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

const struct panel_ops *
panel_neon(void)
{
	static const struct panel_ops ops = { "neon", panel_lay, scores, best,
		best2 };

	return &ops;
}

#else

const struct panel_ops *
panel_neon(void)
{
	return NULL;
}

#endif
