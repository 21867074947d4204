/*
 * Factorized codes (Yu et al. 2021, "ViT-VQGAN", arXiv 2110.04627, section
 * 3.2): codes are compared in few numbers, by their angle.  With y = P x + p0
 * and q = U u + u0 (bottleneck.h)
 *
 *     v = y / |y|     e_j = E_j / |E_j|     u = the e_j nearest to v
 *     loss = (|e - sg v|^2 + beta |sg e - v|^2) / sg(1 - |mean v|^2)
 *
 * The decoder's gradient goes straight through from u to v.  E learns by
 * gradient.  The loss is in units of the variance of v, as all are.
 *
 * The classical start has principal components in all numbers of y but the
 * last, which is a constant: so that directions tell lengths, too.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quant/bottleneck.h"
#include "quant/draw.h"
#include "quant/kmeans.h"
#include "util/mem.h"

#define START_ITERATIONS 8
#define LEAST_VARIANCE 1e-6 /* of unit vectors */

/* On photographs, k = 1,024, the error left after 1,000 steps on held-back
 * (training) vectors: 0.20 (0.059) without, 0.104 (0.042) with 2, 0.092
 * (0.041) with 4, 0.083 (0.041) with 8, 0.079 (0.042) with 16, where training
 * begins to be unsteady. */
#define LIFT 8

static float *
keys(const struct learner *l, float *block)
{
	return params_in(l->ps, block, l->table);
}

static void
add(struct learner *l, const char *prefix)
{
	size_t w = l->o.code_dim ? l->o.code_dim : LEARNER_CODE_DIM;
	char name[64];

	w = w < LEARNER_CODE_DIM_MOST ? w : LEARNER_CODE_DIM_MOST;
	w = w < l->d ? w : l->d;
	snprintf(name, sizeof(name), "%sembedding.weight", prefix);
	l->table = params_add(l->ps, PARAM_QUANT, name, l->k, w);
	params_sparse(l->ps, l->table);
	bottleneck_add(l, prefix, w);
}

/* Components keep their variances, 1 in all; the last number is constant. */
static void
lift(struct learner *l, const double *variance)
{
	size_t w = l->neck.width, last = w > 1 ? w - 1 : 0;
	double *factor = mem_zalloc(w, sizeof(*factor)), sum = 0;

	for (size_t i = 0; i < last; i++)
		sum += variance[i];
	for (size_t i = 0; i < last; i++)
		factor[i] = sum > 0 ? 1 / sqrt(sum) : 0;
	if (last == 0)
		factor[0] = 1; /* one number has two directions */
	bottleneck_scale(l, factor);
	if (last)
		params_in(l->ps, l->ps->w, l->neck.in_bias)[last] = LIFT;
	free(factor);
}

/* Keys by k-means of v [n, w], or drawn from them. */
static void
start_keys(struct learner *l, const float *v, size_t n, struct rng *r,
	struct pool *pool)
{
	struct kmeans o = { l->k, START_ITERATIONS, 0 };
	float *e = keys(l, l->ps->w);
	size_t w = l->neck.width;

	if (l->drawn) {
		draw_rows(v, n, w, l->k, r, e);
		return;
	}
	kmeans_seed(v, n, w, l->k, r, pool, e);
	kmeans_lloyd(&o, v, n, w, pool, e);
	front_unit(e, l->k, w, e);
}

/* U and u0 for the codes that v [n, w] have. */
static int
fit(struct learner *l, const float *x, const float *v, size_t n,
	struct pool *pool, struct err *e)
{
	size_t w = l->neck.width;
	const float *key = keys(l, l->ps->w);
	float *u = mem_floats(n * w);
	uint32_t *idx = mem_alloc(n, sizeof(*idx));
	struct nearest s;
	int status;

	nearest_init(&s, key, l->k, w);
	nearest_find_all(&s, pool, v, n, idx, NULL);
	nearest_free(&s);
	for (size_t i = 0; i < n; i++)
		memcpy(u + i * w, key + idx[i] * w, w * sizeof(*u));
	status = bottleneck_fit(l, x, u, n, e);
	free(u);
	free(idx);
	return status;
}

static int
start_on(struct learner *l, const float *x, size_t n, struct rng *r,
	struct pool *pool, struct err *e)
{
	size_t w = l->neck.width;
	double *variance = mem_alloc(w, sizeof(*variance));
	float *v = mem_floats(n * w);
	int status = bottleneck_start(l, x, n, variance, e);

	if (status == 0) {
		lift(l, variance);
		bottleneck_in(l, pool, x, n, v);
		front_unit(v, n, w, v);
		start_keys(l, v, n, r, pool);
		status = fit(l, x, v, n, pool, e);
	}
	free(variance);
	free(v);
	return status;
}

static void
random_weights(struct learner *l, struct rng *r)
{
	float *e = keys(l, l->ps->w);

	bottleneck_random(l, r);
	for (size_t i = 0; i < l->k * l->neck.width; i++)
		e[i] = (float)rng_normal(r);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	size_t w = l->neck.width;
	float *unit = mem_floats(l->k * w);

	front_unit(keys(l, block), l->k, w, unit);
	bottleneck_table(l, block, pool, unit, q);
	free(unit);
}

static void
face(const struct learner *l, float *block, struct pool *pool,
	struct codebook *b)
{
	(void)pool;
	bottleneck_face(l, block, b);
	memcpy(codebook_keys(b), keys(l, block),
		l->k * l->neck.width * sizeof(float));
}

static double
norm_of(const float *x, size_t w)
{
	double sum = 0;

	for (size_t i = 0; i < w; i++)
		sum += (double)x[i] * (double)x[i];
	return sqrt(sum);
}

/* v = x / |x|:  dx = (dv - v <v, dv>) / |x|, or 0 at 0. */
static void
unit_back(const float *v, const double *dv, double norm, size_t w, float *dx)
{
	double dot = 0;

	for (size_t i = 0; i < w; i++)
		dot += (double)v[i] * dv[i];
	for (size_t i = 0; i < w; i++)
		dx[i] = norm > 0 ? (float)((dv[i] - (double)v[i] * dot) / norm)
				 : 0;
}

/* One row: u holds E's row and becomes e; du becomes dy, de [w] is that of
 * E's row.  scale |e - sg v|^2 + beta scale |sg e - v|^2:
 * de = 2 scale (e - v);  dv = du + 2 beta scale (v - e) */
static double
pull_row(struct bottleneck_step *t, size_t row, double scale, double y_norm,
	float *de)
{
	size_t w = t->l->neck.width;
	float *y = t->y + row * w, *u = t->u + row * w, *du = t->du + row * w;
	double beta = t->p->beta, sum = 0;
	double u_norm = norm_of(u, w);
	double dv[LEARNER_CODE_DIM_MOST], dk[LEARNER_CODE_DIM_MOST];

	front_unit(u, 1, w, u);
	for (size_t i = 0; i < w; i++) {
		double off = (double)u[i] - (double)y[i];

		sum += off * off;
		dk[i] = 2 * scale * off;
		dv[i] = (double)du[i] - 2 * beta * scale * off;
	}
	unit_back(y, dv, y_norm, w, du);
	unit_back(u, dk, u_norm, w, de);
	return scale * (1 + beta) * sum;
}

/* |y| of each row, which becomes v; returns v's variance, 1 - |mean v|^2. */
static double
make_unit(float *y, size_t n, size_t w, double *norm)
{
	double mean[LEARNER_CODE_DIM_MOST] = { 0 }, left = 1;

	for (size_t v = 0; v < n; v++) {
		norm[v] = norm_of(y + v * w, w);
		front_unit(y + v * w, 1, w, y + v * w);
		for (size_t i = 0; i < w; i++)
			mean[i] += (double)y[v * w + i] / (double)n;
	}
	for (size_t i = 0; i < w; i++)
		left -= mean[i] * mean[i];
	return left > LEAST_VARIANCE ? left : LEAST_VARIANCE;
}

static double
pull(struct learner *l, struct pool *pool, const struct learner_pull *p)
{
	const float *e = keys(l, l->ps->w);
	size_t w = l->neck.width;
	double *norm = mem_alloc(p->n, sizeof(*norm)), loss = 0, scale;
	float *de = mem_floats(p->n * w);
	struct bottleneck_step t;

	bottleneck_open(&t, l, pool, p);
	scale = p->scale / make_unit(t.y, p->n, w, norm);
	for (size_t v = 0; v < p->n; v++) {
		memcpy(t.u + v * w, e + p->idx[v] * w, w * sizeof(*e));
		loss += pull_row(&t, v, scale, norm[v], de + v * w);
	}
	learner_touch(l, p->idx, p->n);
	learner_scatter(pool, p->idx, de, p->n, w, 1,
		params_in(l->ps, l->ps->g, l->table));
	bottleneck_close(&t, pool);
	free(norm);
	free(de);
	return loss;
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	bottleneck_save(l, block, q, prefix, to);
	learner_save_tensor(to, prefix, "embedding.weight", keys(l, block),
		l->k, l->neck.width);
}

const struct learner_type learner_fc = {
	.name = "fc",
	.help = "codes of few numbers, compared by their angle",
	.learns = "maps to few numbers and back, table",
	.starts = "principal components, k-means",
	.source = "arXiv 2110.04627",
	.by_gradient = true,
	.unit = true,
	.add = add,
	.start_on = start_on,
	.random = random_weights,
	.read = read_table,
	.face = face,
	.pull = pull,
	.save = save,
};
