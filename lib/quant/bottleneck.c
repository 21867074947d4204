#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "kernel/turned.h"
#include "quant/bottleneck.h"
#include "quant/components.h"
#include "quant/project.h"
#include "util/mem.h"

#define ROWS ((size_t)256)  /* of a batch, a task */
#define LEAST_VARIANCE 1e-9 /* of a component, as a share of the first's */

static float *
weights(const struct learner *l, size_t row)
{
	return params_in(l->ps, l->ps->w, row);
}

static size_t
add_row(struct learner *l, const char *prefix, const char *name, size_t rows,
	size_t cols)
{
	char full[64];

	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return params_add(l->ps, PARAM_QUANT, full, rows, cols);
}

void
bottleneck_add(struct learner *l, const char *prefix, size_t width)
{
	struct learner_neck *b = &l->neck;

	b->width = width;
	b->in = add_row(l, prefix, "project_in.weight", width, l->d);
	b->in_bias = add_row(l, prefix, "project_in.bias", 1, width);
	b->out = add_row(l, prefix, "project_out.weight", l->d, width);
	b->out_bias = add_row(l, prefix, "project_out.bias", 1, l->d);
}

static void
uniform(float *x, size_t n, size_t inputs, struct rng *r)
{
	double bound = 1 / sqrt((double)inputs);

	for (size_t i = 0; i < n; i++)
		x[i] = (float)((2 * rng_unit(r) - 1) * bound);
}

void
bottleneck_random(struct learner *l, struct rng *r)
{
	size_t d = l->d, w = l->neck.width;

	uniform(weights(l, l->neck.in), w * d, d, r);
	uniform(weights(l, l->neck.in_bias), w, d, r);
	uniform(weights(l, l->neck.out), d * w, w, r);
	uniform(weights(l, l->neck.out_bias), d, w, r);
}

int
bottleneck_start(struct learner *l, const float *x, size_t n, double *variance,
	struct err *e)
{
	size_t d = l->d, w = l->neck.width, m = w < d ? w : d;
	float *p = weights(l, l->neck.in), *p0 = weights(l, l->neck.in_bias);
	double *mean = mem_alloc(d, sizeof(*mean));
	float *c = components_centred(x, n, d, mean);
	int status;

	memset(p, 0, w * d * sizeof(*p));
	memset(variance, 0, w * sizeof(*variance));
	status = components_find(c, n, d, m, p, variance, e);
	for (size_t i = 0; i < w; i++) {
		double sum = 0;

		for (size_t j = 0; j < d; j++)
			sum -= (double)p[i * d + j] * mean[j];
		p0[i] = (float)sum;
	}
	free(mean);
	free(c);
	return status;
}

void
bottleneck_scale(struct learner *l, const double *factor)
{
	float *p = weights(l, l->neck.in), *p0 = weights(l, l->neck.in_bias);

	for (size_t i = 0; i < l->neck.width; i++) {
		for (size_t j = 0; j < l->d; j++)
			p[i * l->d + j] *= (float)factor[i];
		p0[i] *= (float)factor[i];
	}
}

void
bottleneck_whiten(struct learner *l, const double *variance)
{
	size_t w = l->neck.width;
	double *factor = mem_alloc(w, sizeof(*factor));

	for (size_t i = 0; i < w; i++)
		factor[i] = variance[i] > LEAST_VARIANCE * variance[0]
			? 1 / sqrt(variance[i])
			: 0;
	bottleneck_scale(l, factor);
	free(factor);
}

void
bottleneck_in(const struct learner *l, struct pool *pool, const float *x,
	size_t n, float *y)
{
	struct panel p;

	panel_init(&p, weights(l, l->neck.in), weights(l, l->neck.in_bias),
		l->neck.width, l->d);
	product_rows_all(&p, pool, x, n, y);
	panel_free(&p);
}

/* (U, u0) is the best map of (u, 1). */
int
bottleneck_fit(struct learner *l, const float *x, const float *u, size_t n,
	struct err *e)
{
	return components_fit_affine(x, u, n, l->d, l->neck.width,
		weights(l, l->neck.out), weights(l, l->neck.out_bias), e);
}

void
bottleneck_table(const struct learner *l, float *block, struct pool *pool,
	const float *point, float *q)
{
	struct project p = { .k = l->k,
		.d_in = l->neck.width,
		.d = l->d,
		.c = point,
		.w = params_in(l->ps, block, l->neck.out),
		.b = params_in(l->ps, block, l->neck.out_bias) };

	project_table(&p, pool, q);
}

void
bottleneck_face(const struct learner *l, float *block, struct codebook *b)
{
	front_map(&b->front, params_in(l->ps, block, l->neck.in),
		params_in(l->ps, block, l->neck.in_bias), l->neck.width, l->d);
}

void
bottleneck_save(const struct learner *l, float *block, const float *q,
	const char *prefix, struct record *to)
{
	const struct learner_neck *b = &l->neck;

	learner_save_tensor(to, prefix, "codebook", q, l->k, l->d);
	learner_save_tensor(to, prefix, "project_in.weight",
		params_in(l->ps, block, b->in), b->width, l->d);
	learner_save_tensor(to, prefix, "project_in.bias",
		params_in(l->ps, block, b->in_bias), 0, b->width);
	learner_save_tensor(to, prefix, "project_out.weight",
		params_in(l->ps, block, b->out), l->d, b->width);
	learner_save_tensor(to, prefix, "project_out.bias",
		params_in(l->ps, block, b->out_bias), 0, l->d);
}

/* q = U u + u0:  du = U^T g */
void
bottleneck_open(struct bottleneck_step *t, struct learner *l, struct pool *pool,
	const struct learner_pull *p)
{
	size_t size = p->n * l->neck.width;
	struct panel turned;

	*t = (struct bottleneck_step){ .l = l, .p = p };
	t->y = mem_floats(size);
	t->u = mem_floats(size);
	t->du = mem_floats(size);
	bottleneck_in(l, pool, p->r, p->n, t->y);
	turned_init(&turned, weights(l, l->neck.out), l->d, l->neck.width);
	product_rows_all(&turned, pool, p->g, p->n, t->du);
	panel_free(&turned);
}

/* Partial sums of a chunk of rows lie one after another: [w, d], [w], [d, w],
 * [d]. */
struct back {
	const struct bottleneck_step *t;
	size_t room; /* numbers in a chunk's sums */
	float *sum;  /* [chunks, room] */
};

/* to [a, b] = x^T y over n rows. */
static void
outer(const float *x, size_t a, const float *y, size_t b, size_t n, float *to)
{
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = a,
		.n = b,
		.k = n,
		.alpha = 1,
		.a = x,
		.lda = a,
		.b = y,
		.ldb = b,
		.c = to,
		.ldc = b });
}

static void
sum_rows(const float *x, size_t n, size_t d, float *to)
{
	memset(to, 0, d * sizeof(*to));
	for (size_t v = 0; v < n; v++)
		axpy(1, x + v * d, d, to);
}

/* y = P r + p0:  dP = dy^T r;  dp0 = sum dy
 * q = U u + u0:  dU = g^T u;   du0 = sum g */
static void
back_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct back *b = arg;
	const struct learner_pull *p = b->t->p;
	size_t d = b->t->l->d, w = b->t->l->neck.width, v = chunk * ROWS;
	size_t n = p->n - v < ROWS ? p->n - v : ROWS;
	const float *dy = b->t->du + v * w, *g = p->g + v * d;
	float *to = b->sum + chunk * b->room;

	(void)worker;
	outer(dy, w, p->r + v * d, d, n, to);
	sum_rows(dy, n, w, to + w * d);
	outer(g, d, b->t->u + v * w, w, n, to + w * d + w);
	sum_rows(g, n, d, to + 2 * w * d + w);
}

/* Chunks in their order. */
static void
reduce(const struct back *b, size_t chunks)
{
	const struct learner *l = b->t->l;
	size_t d = l->d, w = l->neck.width;
	float *g = l->ps->g;

	for (size_t c = 0; c < chunks; c++) {
		const float *sum = b->sum + c * b->room;

		axpy(1, sum, w * d, params_in(l->ps, g, l->neck.in));
		axpy(1, sum + w * d, w, params_in(l->ps, g, l->neck.in_bias));
		axpy(1, sum + w * d + w, d * w,
			params_in(l->ps, g, l->neck.out));
		axpy(1, sum + 2 * w * d + w, d,
			params_in(l->ps, g, l->neck.out_bias));
	}
}

/* dr = P^T dy */
void
bottleneck_close(struct bottleneck_step *t, struct pool *pool)
{
	const struct learner *l = t->l;
	size_t d = l->d, w = l->neck.width;
	size_t chunks = (t->p->n + ROWS - 1) / ROWS;
	struct back b = { .t = t, .room = 2 * w * d + w + d };
	struct panel turned;

	b.sum = mem_floats(chunks * b.room);
	pool_run(pool, chunks, back_chunk, &b);
	reduce(&b, chunks);
	turned_init(&turned, weights(l, l->neck.in), w, d);
	product_rows_all(&turned, pool, t->du, t->p->n, t->p->dr);
	panel_free(&turned);
	free(b.sum);
	free(t->y);
	free(t->u);
	free(t->du);
}
