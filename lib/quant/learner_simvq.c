/*
 * SimVQ (Zhu et al. 2024, arXiv 2411.02038): Q = C W^T + b.  Every gradient
 * moves W and b, and so the whole table.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/sgemm.h"
#include "quant/learner.h"
#include "quant/project.h"
#include "util/mem.h"

/* Latents have E |z|^2 of about 1; entries of C far above come from a W that
 * cannot be undone in single precision. */
#define LARGEST_ENTRY 1e3

static void
add(struct learner *l, const char *prefix)
{
	enum param_group c = l->freeze_table ? PARAM_FIXED : PARAM_QUANT;
	char name[64];

	snprintf(name, sizeof(name), "%sembedding.weight", prefix);
	l->table = params_add(l->ps, c, name, l->k, l->d);
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

/* q = W c + b with c = C[idx]:
 * dW += dq^T c;  db += dq;  dC[idx] += dq W */
static void
backward(struct learner *l, const uint32_t *idx, const float *dq, size_t n)
{
	const float *c = params_in(l->ps, l->ps->w, l->table);
	float *dc = params_in(l->ps, l->ps->g, l->table);
	float *db = params_in(l->ps, l->ps->g, l->bias);
	size_t d = l->d;
	float *rows = mem_floats(n * d);

	for (size_t v = 0; v < n; v++) {
		memcpy(rows + v * d, c + idx[v] * d, d * sizeof(*rows));
		for (size_t i = 0; i < d; i++)
			db[i] += dq[v * d + i];
	}
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = d,
		.n = d,
		.k = n,
		.alpha = 1,
		.a = dq,
		.lda = d,
		.b = rows,
		.ldb = d,
		.beta = 1,
		.c = params_in(l->ps, l->ps->g, l->proj),
		.ldc = d });
	if (!l->freeze_table) {
		sgemm_run(&(struct sgemm){ .ta = 'n',
			.tb = 'n',
			.m = n,
			.n = d,
			.k = d,
			.alpha = 1,
			.a = dq,
			.lda = d,
			.b = params_in(l->ps, l->ps->w, l->proj),
			.ldb = d,
			.c = rows,
			.ldc = d });
		for (size_t v = 0; v < n; v++)
			for (size_t i = 0; i < d; i++)
				dc[idx[v] * d + i] += rows[v * d + i];
	}
	free(rows);
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
	.by_gradient = true,
	.add = add,
	.start = start,
	.settle = settle,
	.random = random_table,
	.read = read_table,
	.backward = backward,
	.save = save,
};
