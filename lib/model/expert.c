#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/axpy.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "model/expert.h"
#include "util/mem.h"

#define ROWS ((size_t)128)   /* of an expert, a task */
#define WEIGHTS ((size_t)64) /* rows of a weight's gradient, a task */

static size_t
add_row(struct params *p, enum param_group g, const char *prefix,
	const char *name, size_t rows, size_t cols)
{
	char full[64];

	snprintf(full, sizeof(full), "%sexperts.%s", prefix, name);
	return params_add(p, g, full, rows, cols);
}

void
expert_add(struct expert *x, struct params *p, enum param_group g,
	const char *prefix)
{
	x->w1 = add_row(p, g, prefix, "fc1.weight", x->e * x->h, x->d);
	x->b1 = add_row(p, g, prefix, "fc1.bias", x->e, x->h);
	x->w2 = add_row(p, g, prefix, "fc2.weight", x->e * x->d, x->h);
	x->b2 = add_row(p, g, prefix, "fc2.bias", x->e, x->d);
}

static void
uniform(float *w, size_t n, size_t in, struct rng *r)
{
	double bound = 1 / sqrt((double)in);

	for (size_t i = 0; i < n; i++)
		w[i] = (float)((2 * rng_unit(r) - 1) * bound);
}

void
expert_random(const struct expert *x, struct params *p, struct rng *r)
{
	size_t n = x->e * x->d * x->h;

	uniform(params_in(p, p->w, x->w1), n, x->d, r);
	uniform(params_in(p, p->w, x->w2), n, x->h, r);
}

struct packing {
	struct expert *x;
	const struct params *p;
};

static void
pack_one(void *arg, size_t chunk, size_t worker)
{
	const struct packing *t = arg;
	struct expert *x = t->x;
	const struct params *p = t->p;
	size_t j = chunk / 2, n = x->d * x->h;
	struct panel *panel = chunk % 2 ? &x->fc2[j] : &x->fc1[j];
	const float *w, *b;

	(void)worker;
	if (chunk % 2) {
		w = params_in(p, p->w, x->w2) + j * n;
		b = params_in(p, p->w, x->b2) + j * x->d;
	} else {
		w = params_in(p, p->w, x->w1) + j * n;
		b = params_in(p, p->w, x->b1) + j * x->h;
	}
	if (panel->w)
		panel_pack(panel, w, b);
	else
		panel_init(panel, w, b, chunk % 2 ? x->d : x->h,
			chunk % 2 ? x->h : x->d);
}

void
expert_pack(struct expert *x, const struct params *p, struct pool *pool)
{
	struct packing t = { x, p };

	if (!x->fc1) {
		x->fc1 = mem_zalloc(x->e, sizeof(*x->fc1));
		x->fc2 = mem_zalloc(x->e, sizeof(*x->fc2));
	}
	pool_run(pool, 2 * x->e, pack_one, &t);
}

void
expert_free(struct expert *x)
{
	for (size_t j = 0; x->fc1 && j < x->e; j++) {
		panel_free(&x->fc1[j]);
		panel_free(&x->fc2[j]);
	}
	free(x->fc1);
	free(x->fc2);
	*x = (struct expert){ 0 };
}

struct task {
	const struct expert *x;
	struct params *p;
	const struct expert_rows *r;
	const float *dout;
	float *dhidden, *din;
	size_t *first; /* [e + 1]: tasks before those of an expert */
};

/* Chunks of ROWS rows, expert by expert. */
static size_t
count_chunks(struct task *t)
{
	const size_t *offset = t->r->offset;

	t->first = mem_alloc(t->x->e + 1, sizeof(*t->first));
	t->first[0] = 0;
	for (size_t j = 0; j < t->x->e; j++)
		t->first[j + 1] = t->first[j] +
			(offset[j + 1] - offset[j] + ROWS - 1) / ROWS;
	return t->first[t->x->e];
}

/* The rows of a chunk: from, how many, and whose. */
static size_t
rows_of(const struct task *t, size_t chunk, size_t *from, size_t *j)
{
	size_t left;

	for (*j = 0; t->first[*j + 1] <= chunk; ++*j)
		;
	*from = t->r->offset[*j] + (chunk - t->first[*j]) * ROWS;
	left = t->r->offset[*j + 1] - *from;
	return left < ROWS ? left : ROWS;
}

static void
forward_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct expert *x = t->x;
	const struct expert_rows *r = t->r;
	size_t a, j, n = rows_of(t, chunk, &a, &j);
	float *own = r->pre ? NULL : mem_floats(n * x->h);
	float *pre = own ? own : r->pre + a * x->h;
	float *hidden = own ? own : r->hidden + a * x->h;

	(void)worker;
	product_rows(&x->fc1[j], r->in + a * x->d, n, pre);
	act_rows(x->act, pre, n * x->h, hidden);
	product_rows(&x->fc2[j], hidden, n, r->out + a * x->d);
	free(own);
}

void
expert_forward(
	const struct expert *x, struct pool *pool, const struct expert_rows *r)
{
	struct task t = { .x = x, .r = r };

	pool_run(pool, count_chunks(&t), forward_chunk, &t);
	free(t.first);
}

/* y = W2 act(W1 x):  dhidden = act' (dy W2), dx = dhidden W1 */
static void
inputs_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct expert *x = t->x;
	size_t a, j, n = rows_of(t, chunk, &a, &j), d = x->d, h = x->h;
	float *dhidden = t->dhidden + a * h;

	(void)worker;
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 'n',
		.m = n,
		.n = h,
		.k = d,
		.alpha = 1,
		.a = t->dout + a * d,
		.lda = d,
		.b = params_in(t->p, t->p->w, x->w2) + j * d * h,
		.ldb = h,
		.c = dhidden,
		.ldc = h });
	act_backward(x->act, t->r->pre + a * h, n * h, dhidden);
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 'n',
		.m = n,
		.n = d,
		.k = h,
		.alpha = 1,
		.a = dhidden,
		.lda = h,
		.b = params_in(t->p, t->p->w, x->w1) + j * d * h,
		.ldb = d,
		.c = t->din + a * d,
		.ldc = d });
}

/* Rows from .. from + m - 1 of dW [out, in] += dy^T x, db += dy, for n rows of
 * dy [n, out] and x [n, in]. */
static void
weight_rows(const float *dy, size_t out, const float *x, size_t in, size_t n,
	size_t from, float *dw, float *db)
{
	size_t m = out - from < WEIGHTS ? out - from : WEIGHTS;

	if (n == 0)
		return;
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = m,
		.n = in,
		.k = n,
		.alpha = 1,
		.a = dy + from,
		.lda = out,
		.b = x,
		.ldb = in,
		.beta = 1,
		.c = dw + from * in,
		.ldc = in });
	for (size_t v = 0; v < n; v++)
		axpy(1, dy + v * out + from, m, db + from);
}

static size_t
blocks(size_t rows)
{
	return (rows + WEIGHTS - 1) / WEIGHTS;
}

static void
weights_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct expert *x = t->x;
	const struct expert_rows *r = t->r;
	struct params *p = t->p;
	size_t each = blocks(x->h) + blocks(x->d), d = x->d, h = x->h;
	size_t j = chunk / each, i = chunk % each;
	size_t a = r->offset[j], n = r->offset[j + 1] - a;

	(void)worker;
	if (i < blocks(h))
		weight_rows(t->dhidden + a * h, h, r->in + a * d, d, n,
			i * WEIGHTS, params_in(p, p->g, x->w1) + j * d * h,
			params_in(p, p->g, x->b1) + j * h);
	else
		weight_rows(t->dout + a * d, d, r->hidden + a * h, h, n,
			(i - blocks(h)) * WEIGHTS,
			params_in(p, p->g, x->w2) + j * d * h,
			params_in(p, p->g, x->b2) + j * d);
}

void
expert_backward(const struct expert *x, struct params *p, struct pool *pool,
	const struct expert_rows *r, const float *dout, float *dhidden,
	float *din)
{
	struct task t = { x, p, r, dout, dhidden, din, NULL };

	pool_run(pool, count_chunks(&t), inputs_chunk, &t);
	free(t.first);
	if (p->row[x->w1].group != PARAM_FIXED)
		pool_run(pool, x->e * (blocks(x->h) + blocks(x->d)),
			weights_chunk, &t);
}
