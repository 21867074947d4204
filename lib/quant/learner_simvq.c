/*
 * SimVQ (Zhu et al. 2024, arXiv 2411.02038): Q = C W^T + b.  Every gradient
 * moves W and b, and so the whole table.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "kernel/turned.h"
#include "quant/learner.h"
#include "quant/project.h"
#include "util/mem.h"

/* Latents have E |z|^2 of about 1; entries of C far above come from a W that
 * cannot be undone in single precision. */
#define LARGEST_ENTRY 1e3

#define ROWS ((size_t)256)   /* of a batch, a task */
#define COLUMNS ((size_t)32) /* the same */

static void
add(struct learner *l, const char *prefix)
{
	enum param_group c = l->o.freeze_table ? PARAM_FIXED : PARAM_QUANT;
	char name[64];

	snprintf(name, sizeof(name), "%sembedding.weight", prefix);
	l->table = params_add(l->ps, c, name, l->k, l->d);
	params_sparse(l->ps, l->table);
	snprintf(name, sizeof(name), "%sembedding_proj.weight", prefix);
	l->proj = params_add(l->ps, PARAM_QUANT, name, l->d, l->d);
	snprintf(name, sizeof(name), "%sembedding_proj.bias", prefix);
	l->bias = params_add(l->ps, PARAM_QUANT, name, 1, l->d);
}

/* C = q - mean, W = I, b = mean. */
static void
start(struct learner *l, const float *q)
{
	float *c = params_in(l->ps, l->ps->w, l->table);
	float *w = params_in(l->ps, l->ps->w, l->proj);
	float *b = params_in(l->ps, l->ps->w, l->bias);

	memset(w, 0, l->d * l->d * sizeof(*w));
	for (size_t i = 0; i < l->d; i++) {
		double sum = 0;

		for (size_t j = 0; j < l->k; j++)
			sum += (double)q[j * l->d + i];
		b[i] = (float)(sum / (double)l->k);
		w[i * l->d + i] = 1;
	}
	for (size_t j = 0; j < l->k; j++)
		for (size_t i = 0; i < l->d; i++)
			c[j * l->d + i] = q[j * l->d + i] - b[i];
}

/* Keep W and b, and let C = (q - b) W^-T, unless W is close to singular. */
static void
settle(struct learner *l, const float *q)
{
	float *c = params_in(l->ps, l->ps->w, l->table);
	const float *w = params_in(l->ps, l->ps->w, l->proj);
	const float *b = params_in(l->ps, l->ps->w, l->bias);
	size_t d = l->d, n = l->k * d;
	double *wd = mem_alloc(d * d, sizeof(*wd));
	double *x = mem_alloc(n, sizeof(*x));
	bool usable;

	for (size_t i = 0; i < d * d; i++)
		wd[i] = (double)w[i];
	for (size_t i = 0; i < n; i++)
		x[i] = (double)q[i] - (double)b[i % d];
	usable = sgemm_solve(wd, d, x, l->k) == 0;
	for (size_t i = 0; i < n && usable; i++)
		usable = fabs(x[i]) < LARGEST_ENTRY; /* false for NaN too */
	if (usable)
		for (size_t i = 0; i < n; i++)
			c[i] = (float)x[i];
	else
		start(l, q);
	free(wd);
	free(x);
}

/* C ~ N(0, 1/d); W and b uniform in +-1/sqrt(d), as a linear layer. */
static void
random_table(struct learner *l, struct rng *r)
{
	float *c = params_in(l->ps, l->ps->w, l->table);
	float *w = params_in(l->ps, l->ps->w, l->proj);
	float *b = params_in(l->ps, l->ps->w, l->bias);
	double bound = 1 / sqrt((double)l->d);

	for (size_t i = 0; i < l->k * l->d; i++)
		c[i] = (float)(rng_normal(r) * bound);
	for (size_t i = 0; i < l->d * l->d; i++)
		w[i] = (float)((2 * rng_unit(r) - 1) * bound);
	for (size_t i = 0; i < l->d; i++)
		b[i] = (float)((2 * rng_unit(r) - 1) * bound);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	struct project p = { .k = l->k,
		.d_in = l->d,
		.d = l->d,
		.c = params_in(l->ps, block, l->table),
		.w = params_in(l->ps, block, l->proj),
		.b = params_in(l->ps, block, l->bias) };

	project_table(&p, pool, q);
}

struct back {
	struct learner *l;
	const uint32_t *idx;
	const float *dq;
	size_t n;
	struct panel turned; /* W^T */
	float *c, *dc;       /* [n, d]: C[idx] and its gradient */
};

/* dc = dq W, and C[idx] side by side. */
static void
back_rows(void *arg, size_t chunk, size_t worker)
{
	struct back *t = arg;
	struct learner *l = t->l;
	const float *c = params_in(l->ps, l->ps->w, l->table);
	size_t d = l->d, v = chunk * ROWS;
	size_t n = t->n - v < ROWS ? t->n - v : ROWS;

	(void)worker;
	for (size_t i = v; i < v + n; i++)
		memcpy(t->c + i * d, c + t->idx[i] * d, d * sizeof(*c));
	if (!l->o.freeze_table)
		product_rows(&t->turned, t->dq + v * d, n, t->dc + v * d);
}

/* Some rows of W and numbers of b:  dW += dq^T c;  db += dq */
static void
back_columns(void *arg, size_t chunk, size_t worker)
{
	struct back *t = arg;
	struct learner *l = t->l;
	size_t d = l->d, from = chunk * COLUMNS;
	size_t m = d - from < COLUMNS ? d - from : COLUMNS;
	const float *dq = t->dq + from;

	(void)worker;
	for (size_t v = 0; v < t->n; v++)
		axpy(1, dq + v * d, m,
			params_in(l->ps, l->ps->g, l->bias) + from);
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = m,
		.n = d,
		.k = t->n,
		.alpha = 1,
		.a = dq,
		.lda = d,
		.b = t->c,
		.ldb = d,
		.beta = 1,
		.c = params_in(l->ps, l->ps->g, l->proj) + from * d,
		.ldc = d });
}

/* q = W c + b with c = C[idx]:
 * dW += dq^T c;  db += dq;  dC[idx] += dq W */
static void
backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	struct back t = { .l = l, .idx = idx, .dq = dq, .n = n };

	t.c = mem_floats(n * l->d);
	t.dc = mem_floats(n * l->d);
	turned_init(&t.turned, params_in(l->ps, l->ps->w, l->proj), l->d, l->d);
	pool_run(pool, (n + ROWS - 1) / ROWS, back_rows, &t);
	pool_run(pool, (l->d + COLUMNS - 1) / COLUMNS, back_columns, &t);
	if (!l->o.freeze_table) {
		learner_touch(l, idx, n);
		learner_scatter(pool, idx, t.dc, n, l->d, 1,
			params_in(l->ps, l->ps->g, l->table));
	}
	panel_free(&t.turned);
	free(t.c);
	free(t.dc);
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	learner_save_tensor(to, prefix, "codebook", q, l->k, l->d);
	learner_save_tensor(to, prefix, "embedding.weight",
		params_in(l->ps, block, l->table), l->k, l->d);
	learner_save_tensor(to, prefix, "embedding_proj.weight",
		params_in(l->ps, block, l->proj), l->d, l->d);
	learner_save_tensor(to, prefix, "embedding_proj.bias",
		params_in(l->ps, block, l->bias), 0, l->d);
}

const struct learner_type learner_simvq = {
	.name = "simvq",
	.help = "codes are a table times one learned layer: all stay in use",
	.learns = "table, W and b",
	.starts = "k-means, W = I",
	.source = "arXiv 2411.02038",
	.by_gradient = true,
	.add = add,
	.start = start,
	.settle = settle,
	.random = random_table,
	.read = read_table,
	.backward = backward,
	.save = save,
};
