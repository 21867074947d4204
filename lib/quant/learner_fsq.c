/*
 * Finite scalar quantization (Mentzer et al. 2023, arXiv 2309.15505): no table.
 * Each of the few numbers of y = P x + p0 (bottleneck.h) is bounded and rounded
 * to one of its L levels:
 *
 *     half = (L - 1) (1 + eps) / 2, eps = 1e-3     o = 1/2 for even L, else 0
 *     s    = atanh(o / half)                      so that y = 0 gives 0
 *     u    = round(half tanh(y + s) - o) / floor(L / 2)
 *
 * The gradient goes straight through the rounding; there is no loss of the
 * quantizer's own.  k decides the levels (levels.h).
 */
#include <math.h>
#include <stdlib.h>

#include "kernel/exp.h"
#include "quant/rounding.h"
#include "quant/levels.h"
#include "util/mem.h"

#define EPSILON 1e-3

/* Of one dimension. */
struct bound {
	double half, offset, shift;
};

static struct bound
bound_of(uint32_t levels)
{
	struct bound b = { .half = (levels - 1) * (1 + EPSILON) / 2,
		.offset = levels % 2 ? 0 : 0.5 };

	b.shift = atanh(b.offset / b.half);
	return b;
}

/* An edge is where half tanh(y + s) - o is halfway between two integers. */
static void
open_rounding(const struct learner *l, struct rounding *g)
{
	uint32_t levels[LEVELS_MOST];

	rounding_init(g, levels, levels_choose(l->k, levels));
	for (size_t i = 0; i < g->lattice.dims; i++) {
		struct bound b = bound_of(levels[i]);

		g->middle[i] = -b.shift;
		int middle = (int)levels[i] / 2;

		for (int m = 0; m < (int)levels[i]; m++)
			rounding_value(g, i)[m] =
				(float)(m - middle) / (float)middle;
		for (int m = 0; m + 1 < (int)levels[i]; m++)
			rounding_edge(g, i)[m] =
				(float)(atanh((m - middle + 0.5 + b.offset) /
						b.half) -
					b.shift);
	}
}

static void
add(struct learner *l, const char *prefix)
{
	uint32_t levels[LEVELS_MOST];

	bottleneck_add(l, prefix, levels_choose(l->k, levels));
}

/* u = (half tanh(y + s) - o) / floor(L / 2), straight through:
 * dy = du half (1 - tanh^2) / floor(L / 2) */
static double
pull(struct learner *l, struct pool *pool, const struct learner_pull *p)
{
	size_t w = l->neck.width;
	struct bottleneck_step t;
	struct rounding g;

	bottleneck_open(&t, l, pool, p);
	open_rounding(l, &g);
	rounding_points(&g, p->idx, p->n, t.u);
	for (size_t i = 0; i < w; i++) {
		struct bound b = bound_of(g.lattice.levels[i]);
		double slope = b.half / (g.lattice.levels[i] / 2);

		for (size_t v = i; v < p->n * w; v += w) {
			double y = (double)t.y[v] + b.shift;
			double tanh_y = 1 - 2 / (exp_of(2 * y) + 1);

			t.du[v] *= (float)(slope * (1 - tanh_y * tanh_y));
		}
	}
	rounding_free(&g);
	bottleneck_close(&t, pool);
	return 0;
}

const struct learner_type learner_fsq = {
	.name = "fsq",
	.help = "no table: a few numbers, each rounded to its levels",
	.learns = "maps to few numbers and back",
	.starts = "principal components",
	.source = "arXiv 2309.15505",
	.by_gradient = true,
	.codes = levels_codes,
	.add = add,
	.start_on = rounding_start,
	.random = bottleneck_random,
	.read = rounding_read,
	.face = rounding_face,
	.round = open_rounding,
	.pull = pull,
	.save = bottleneck_save,
};
