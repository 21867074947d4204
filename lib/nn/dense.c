#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "nn/dense.h"

#define ROWS ((size_t)256) /* of a batch, a task */
#define TILE ((size_t)64)  /* rows of W, a task */
#define WIDE ((size_t)256) /* and columns of W */

static size_t
add_row(struct params *p, enum param_group g, const char *name,
	const char *part, size_t rows, size_t cols)
{
	char full[sizeof(p->row->name)];

	snprintf(full, sizeof(full), "%s.%s", name, part);
	return params_add(p, g, full, rows, cols);
}

void
dense_add(struct dense *l, struct params *p, enum param_group g,
	const char *name, size_t in, size_t out, bool bias)
{
	*l = (struct dense){ .in = in, .out = out, .bias = DENSE_NONE };
	l->weight = add_row(p, g, name, "weight", out, in);
	if (bias)
		l->bias = add_row(p, g, name, "bias", 1, out);
}

void
dense_random(const struct dense *l, struct params *p, struct rng *r)
{
	float *w = params_in(p, p->w, l->weight);
	double bound = 1 / sqrt((double)l->in);

	for (size_t i = 0; i < l->out * l->in; i++)
		w[i] = (float)((2 * rng_unit(r) - 1) * bound);
	if (l->bias != DENSE_NONE)
		memset(params_in(p, p->w, l->bias), 0, l->out * sizeof(*w));
}

void
dense_pack(struct dense *l, const struct params *p)
{
	const float *w = params_in(p, p->w, l->weight);
	const float *b =
		l->bias == DENSE_NONE ? NULL : params_in(p, p->w, l->bias);

	if (l->panel.w)
		panel_pack(&l->panel, w, b);
	else
		panel_init(&l->panel, w, b, l->out, l->in);
}

void
dense_free(struct dense *l)
{
	panel_free(&l->panel);
}

void
dense_rows(const struct dense *l, const float *x, size_t n, float *y)
{
	product_rows(&l->panel, x, n, y);
}

void
dense_forward(const struct dense *l, struct pool *pool, const float *x,
	size_t n, float *y)
{
	product_rows_all(&l->panel, pool, x, n, y);
}

struct back {
	const struct dense *l;
	struct params *p;
	const float *x, *dy;
	size_t n;
	float *dx;
	size_t down, across; /* tiles of W */
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Tiles are small enough for some tasks also where W is small: a fixed cut,
 * whatever the pool. */
static size_t
tile_rows(const struct dense *l)
{
	return l->out >= 4 * TILE ? TILE : TILE / 2;
}

/* db[from ..] += dy */
static void
back_bias(const struct back *t, size_t from, size_t m)
{
	float *db = params_in(t->p, t->p->g, t->l->bias) + from;

	for (size_t v = 0; v < t->n; v++)
		axpy(1, t->dy + v * t->l->out + from, m, db);
}

/* A tile of dW += dy^T x */
static void
back_tile(const struct back *t, size_t tile)
{
	const struct dense *l = t->l;
	size_t row = tile / t->across * tile_rows(l);
	size_t col = tile % t->across * WIDE;
	size_t m = least(tile_rows(l), l->out - row);

	if (col == 0 && l->bias != DENSE_NONE)
		back_bias(t, row, m);
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = m,
		.n = least(WIDE, l->in - col),
		.k = t->n,
		.alpha = 1,
		.a = t->dy + row,
		.lda = l->out,
		.b = t->x + col,
		.ldb = l->in,
		.beta = 1,
		.c = params_in(t->p, t->p->g, l->weight) + row * l->in + col,
		.ldc = l->in });
}

/* Some rows of dx += dy W */
static void
back_rows(const struct back *t, size_t chunk)
{
	const struct dense *l = t->l;
	size_t v = chunk * ROWS;

	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 'n',
		.m = least(ROWS, t->n - v),
		.n = l->in,
		.k = l->out,
		.alpha = 1,
		.a = t->dy + v * l->out,
		.lda = l->out,
		.b = params_in(t->p, t->p->w, l->weight),
		.ldb = l->in,
		.beta = 1,
		.c = t->dx + v * l->in,
		.ldc = l->in });
}

static void
back_task(void *arg, size_t chunk, size_t worker)
{
	const struct back *t = arg;
	size_t tiles = t->down * t->across;

	(void)worker;
	if (chunk < tiles)
		back_tile(t, chunk);
	else
		back_rows(t, chunk - tiles);
}

void
dense_backward(const struct dense *l, struct params *p, struct pool *pool,
	const float *x, const float *dy, size_t n, float *dx)
{
	struct back t = { l, p, x, dy, n, dx, 0, 0 };
	size_t rows = dx ? (n + ROWS - 1) / ROWS : 0;

	t.down = (l->out + tile_rows(l) - 1) / tile_rows(l);
	t.across = (l->in + WIDE - 1) / WIDE;
	if (n)
		pool_run(pool, t.down * t.across + rows, back_task, &t);
}
