/*
 * Lookup-free quantization (Yu et al. 2023, arXiv 2310.05737; Open-MAGVIT2):
 * no table.  A code is the signs of y = P x + p0 (bottleneck.h), k = 2^w:
 *
 *     u_b  = 1 if y_b > 0, else -1
 *     loss = beta |sg u - y|^2 / w
 *            + weight (mean_v sum_b H(p_vb) - sum_b H(mean_v p_vb)) / log k
 *     p_vb = 1 / (1 + exp(-4 y_vb / T)), T = 0.01
 *
 * The decoder's gradient goes straight through to y.  p is the softmax of
 * -(y - (+-1))^2 / T; the entropies, one bit at a time, make each vector sure
 * of its bits and every bit even over all vectors.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/exp.h"
#include "quant/rounding.h"
#include "util/mem.h"

#define SHARPNESS (4 / 0.01) /* 4 / T */
#define WEIGHT 0.1           /* of the entropies, where none is given */
#define FEWEST 1e-9          /* in logarithms of shares */

/* The nearest power of two, at least 2. */
static size_t
codes(size_t k)
{
	size_t up = 2;

	while (up < k)
		up *= 2;
	return up > 2 && k - up / 2 < up - k ? up / 2 : up;
}

static size_t
bits_of(size_t k)
{
	size_t bits = 0;

	while (((size_t)1 << bits) < k)
		bits++;
	return bits;
}

static void
open_rounding(const struct learner *l, struct rounding *g)
{
	uint32_t levels[LATTICE_MOST];

	for (size_t i = 0; i < l->neck.width; i++)
		levels[i] = 2;
	rounding_init(g, levels, l->neck.width);
	for (size_t i = 0; i < l->neck.width; i++) {
		rounding_edge(g, i)[0] = 0;
		rounding_value(g, i)[0] = -1;
		rounding_value(g, i)[1] = 1;
	}
}

static void
add(struct learner *l, const char *prefix)
{
	bottleneck_add(l, prefix, bits_of(l->k));
}

/* beta |sg u - y|^2:  dy += 2 beta (y - u).  Returns the loss. */
static double
commit(struct bottleneck_step *t, size_t size, double factor)
{
	double sum = 0;

	for (size_t i = 0; i < size; i++) {
		double off = (double)t->y[i] - (double)t->u[i];

		sum += off * off;
		t->du[i] += (float)(2 * factor * off);
	}
	return factor * sum;
}

static double
entropy(double p)
{
	double q = 1 - p;

	return -(p > FEWEST ? p * log(p) : 0) - (q > FEWEST ? q * log(q) : 0);
}

/* One bit of all rows, y and dy [n] at a stride of w.  With a = 4 y / T:
 * dH(p) / dy = -a p (1 - p) 4 / T
 * d(-H(mean p)) / dy = log(mean / (1 - mean)) p (1 - p) 4 / T / n */
static double
sharpen_bit(const float *y, float *dy, size_t n, size_t w, double factor)
{
	double *p = mem_alloc(n, sizeof(*p)), mean = 0, sum = 0, even;

	for (size_t v = 0; v < n; v++) {
		double a = SHARPNESS * (double)y[v * w];

		p[v] = 1 / (1 + exp_of(-a));
		mean += p[v] / (double)n;
		sum += entropy(p[v]) / (double)n;
	}
	even = log(fmax(mean, FEWEST) / fmax(1 - mean, FEWEST));
	for (size_t v = 0; v < n; v++) {
		double a = SHARPNESS * (double)y[v * w];
		double slope = p[v] * (1 - p[v]) * SHARPNESS / (double)n;

		dy[v * w] += (float)(factor * (even - a) * slope);
	}
	free(p);
	return factor * (sum - entropy(mean));
}

static double
pull(struct learner *l, struct pool *pool, const struct learner_pull *p)
{
	double weight = l->o.entropy_weight < 0 ? WEIGHT : l->o.entropy_weight;
	size_t w = l->neck.width;
	struct bottleneck_step t;
	struct rounding g;
	double loss;

	bottleneck_open(&t, l, pool, p);
	open_rounding(l, &g);
	rounding_points(&g, p->idx, p->n, t.u);
	loss = commit(&t, p->n * w, p->scale * p->beta / (double)w);
	for (size_t i = 0; i < w && weight > 0; i++)
		loss += sharpen_bit(
			t.y + i, t.du + i, p->n, w, weight / log((double)l->k));
	rounding_free(&g);
	bottleneck_close(&t, pool);
	return loss;
}

const struct learner_type learner_lfq = {
	.name = "lfq",
	.help = "no table: the signs of log2 k numbers, evened by entropies",
	.learns = "maps to bits and back",
	.starts = "principal components, rotated",
	.source = "arXiv 2310.05737",
	.by_gradient = true,
	.entropy = true,
	.codes = codes,
	.add = add,
	.start_on = rounding_start,
	.random = bottleneck_random,
	.read = rounding_read,
	.face = rounding_face,
	.round = open_rounding,
	.pull = pull,
	.save = bottleneck_save,
};
