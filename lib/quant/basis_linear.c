#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "kernel/turned.h"
#include "quant/basis_linear.h"
#include "quant/project.h"
#include "util/mem.h"

/* Latents have E |z|^2 of about 1; entries of C far above come from a W that
 * cannot be undone in single precision. */
#define LARGEST_ENTRY 1e3

#define ROWS ((size_t)256)   /* of a batch, a task */
#define COLUMNS ((size_t)32) /* the same */

void
basis_linear_add(
	struct learner *l, const char *prefix, size_t tables, bool sparse)
{
	enum param_group c = l->o.freeze_table ? PARAM_FIXED : PARAM_QUANT;
	char name[64];

	l->tables = tables;
	snprintf(name, sizeof(name), "%sembedding.weight", prefix);
	l->table = params_add(l->ps, c, name, l->k, l->d);
	if (sparse)
		params_sparse(l->ps, l->table);
	snprintf(name, sizeof(name), "%sembedding_proj.weight", prefix);
	l->proj = params_add(l->ps, PARAM_QUANT, name, tables * l->d, l->d);
	if (l->o.no_bias)
		return;
	snprintf(name, sizeof(name), "%sembedding_proj.bias", prefix);
	l->bias = params_add(l->ps, PARAM_QUANT, name, tables, l->d);
}

static void
add(struct learner *l, const char *prefix)
{
	basis_linear_add(l, prefix, 1, true);
}

/* One table's part of a block. */
static float *
proj_of(const struct learner *l, float *block, size_t table)
{
	return params_in(l->ps, block, l->proj) + table * l->d * l->d;
}

/* NULL without a bias. */
static float *
bias_of(const struct learner *l, float *block, size_t table)
{
	if (l->o.no_bias)
		return NULL;
	return params_in(l->ps, block, l->bias) + table * l->d;
}

/* All tables' W and b are those of the first. */
static void
repeat_first(struct learner *l)
{
	float *w = proj_of(l, l->ps->w, 0), *b = bias_of(l, l->ps->w, 0);

	for (size_t t = 1; t < l->tables; t++) {
		memcpy(proj_of(l, l->ps->w, t), w, l->d * l->d * sizeof(*w));
		if (b)
			memcpy(bias_of(l, l->ps->w, t), b, l->d * sizeof(*b));
	}
}

static float
mean_of(const struct learner *l, const float *q, size_t i)
{
	double sum = 0;

	for (size_t j = 0; j < l->k; j++)
		sum += (double)q[j * l->d + i];
	return (float)(sum / (double)l->k);
}

void
basis_linear_start(struct learner *l, const float *q)
{
	float *c = params_in(l->ps, l->ps->w, l->table);
	float *w = proj_of(l, l->ps->w, 0), *b = bias_of(l, l->ps->w, 0);

	memset(w, 0, l->d * l->d * sizeof(*w));
	for (size_t i = 0; i < l->d; i++) {
		w[i * l->d + i] = 1;
		if (b)
			b[i] = mean_of(l, q, i);
	}
	for (size_t j = 0; j < l->k; j++)
		for (size_t i = 0; i < l->d; i++)
			c[j * l->d + i] = q[j * l->d + i] - (b ? b[i] : 0);
	repeat_first(l);
}

/* Keep W and b, and let C = (q - b) W^-T, unless W is close to singular. */
static void
settle(struct learner *l, const float *q)
{
	float *c = params_in(l->ps, l->ps->w, l->table);
	const float *w = proj_of(l, l->ps->w, 0);
	const float *b = bias_of(l, l->ps->w, 0);
	size_t d = l->d, n = l->k * d;
	double *wd = mem_alloc(d * d, sizeof(*wd));
	double *x = mem_alloc(n, sizeof(*x));
	bool usable;

	for (size_t i = 0; i < d * d; i++)
		wd[i] = (double)w[i];
	for (size_t i = 0; i < n; i++)
		x[i] = (double)q[i] - (b ? (double)b[i % d] : 0);
	usable = sgemm_solve(wd, d, x, l->k) == 0;
	for (size_t i = 0; i < n && usable; i++)
		usable = fabs(x[i]) < LARGEST_ENTRY; /* false for NaN too */
	if (usable)
		for (size_t i = 0; i < n; i++)
			c[i] = (float)x[i];
	else
		basis_linear_start(l, q);
	free(wd);
	free(x);
}

void
basis_linear_random(struct learner *l, struct rng *r)
{
	float *c = params_in(l->ps, l->ps->w, l->table);
	float *w = proj_of(l, l->ps->w, 0), *b = bias_of(l, l->ps->w, 0);
	double bound = 1 / sqrt((double)l->d);

	for (size_t i = 0; i < l->k * l->d; i++)
		c[i] = (float)(rng_normal(r) * bound);
	for (size_t i = 0; i < l->d * l->d; i++)
		w[i] = (float)((2 * rng_unit(r) - 1) * bound);
	for (size_t i = 0; b && i < l->d; i++)
		b[i] = (float)((2 * rng_unit(r) - 1) * bound);
	repeat_first(l);
}

void
basis_linear_read(
	const struct learner *l, float *block, struct pool *pool, float *q)
{
	for (size_t t = 0; t < l->tables; t++) {
		struct project p = { .k = l->k,
			.d_in = l->d,
			.d = l->d,
			.c = params_in(l->ps, block, l->table),
			.w = proj_of(l, block, t),
			.b = bias_of(l, block, t) };

		project_table(&p, pool, q + t * l->k * l->d);
	}
}

struct back {
	struct learner *l;
	size_t table;
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
	float *db = bias_of(l, l->ps->g, t->table);

	(void)worker;
	for (size_t v = 0; db && v < t->n; v++)
		axpy(1, dq + v * d, m, db + from);
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
		.c = proj_of(l, l->ps->g, t->table) + from * d,
		.ldc = d });
}

static void
back_table(struct back *t, struct pool *pool)
{
	struct learner *l = t->l;

	t->c = mem_floats(t->n * l->d);
	t->dc = mem_floats(t->n * l->d);
	turned_init(&t->turned, proj_of(l, l->ps->w, t->table), l->d, l->d);
	pool_run(pool, (t->n + ROWS - 1) / ROWS, back_rows, t);
	pool_run(pool, (l->d + COLUMNS - 1) / COLUMNS, back_columns, t);
	if (!l->o.freeze_table) {
		learner_touch(l, t->idx, t->n);
		learner_scatter(pool, t->idx, t->dc, t->n, l->d, 1,
			params_in(l->ps, l->ps->g, l->table));
	}
	panel_free(&t->turned);
	free(t->c);
	free(t->dc);
}

/* The rows that were looked up in this table, side by side. */
static size_t
pick(const struct learner *l, size_t table, const struct back *all,
	uint32_t *idx, float *dq)
{
	size_t m = 0;

	for (size_t v = 0; v < all->n; v++)
		if (l->variant[l->prev[v]] == table) {
			memcpy(dq + m * l->d, all->dq + v * l->d,
				l->d * sizeof(*dq));
			idx[m++] = all->idx[v];
		}
	return m;
}

void
basis_linear_backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	struct back all = { .l = l, .idx = idx, .dq = dq, .n = n };
	uint32_t *some;
	float *part;

	if (l->tables == 1) {
		back_table(&all, pool);
		return;
	}
	some = mem_alloc(n, sizeof(*some));
	part = mem_floats(n * l->d);
	for (size_t i = 0; i < l->tables; i++) {
		struct back t = { .l = l, .table = i, .idx = some, .dq = part };

		t.n = pick(l, i, &all, some, part);
		if (t.n)
			back_table(&t, pool);
	}
	free(some);
	free(part);
}

void
basis_linear_save(const struct learner *l, float *block, const float *q,
	const char *prefix, struct record *to)
{
	learner_save_tensor(to, prefix, "codebook", q, l->tables * l->k, l->d);
	learner_save_tensor(to, prefix, "embedding.weight",
		params_in(l->ps, block, l->table), l->k, l->d);
	learner_save_tensor(to, prefix, "embedding_proj.weight",
		params_in(l->ps, block, l->proj), l->tables * l->d, l->d);
	if (!l->o.no_bias)
		learner_save_tensor(to, prefix, "embedding_proj.bias",
			params_in(l->ps, block, l->bias),
			l->tables > 1 ? l->tables : 0, l->d);
}

const struct basis basis_linear = {
	.name = "linear",
	.add = add,
	.start = basis_linear_start,
	.settle = settle,
	.random = basis_linear_random,
	.read = basis_linear_read,
	.backward = basis_linear_backward,
	.save = basis_linear_save,
};
