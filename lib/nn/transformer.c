#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "nn/act.h"
#include "nn/transformer.h"
#include "util/mem.h"

#define WIDER ((size_t)4) /* hidden numbers, for one of a row */

struct adding {
	struct params *p;
	enum param_group g;
	const char *name;
};

static const char *
part(char to[64], const struct adding *a, const char *name)
{
	snprintf(to, 64, "%s.%s", a->name, name);
	return to;
}

static void
add_dense(struct dense *l, const struct adding *a, const char *name, size_t in,
	size_t out)
{
	char full[64];

	dense_add(l, a->p, a->g, part(full, a, name), in, out, true);
}

static void
add_norm(struct norm *l, const struct adding *a, const char *name, size_t width)
{
	char full[64];

	norm_add(l, a->p, a->g, part(full, a, name), width);
}

void
transformer_add(struct transformer *l, struct params *p, enum param_group g,
	const char *name, size_t width, size_t heads)
{
	struct adding a = { p, g, name };

	l->attention = (struct attention){ width, heads };
	add_norm(&l->norm1, &a, "norm1", width);
	add_dense(&l->split, &a, "split", width, 3 * width);
	add_dense(&l->join, &a, "join", width, width);
	add_norm(&l->norm2, &a, "norm2", width);
	add_dense(&l->fc1, &a, "fc1", width, WIDER * width);
	add_dense(&l->fc2, &a, "fc2", WIDER * width, width);
}

void
transformer_random(const struct transformer *l, struct params *p, struct rng *r)
{
	norm_start(&l->norm1, p);
	dense_random(&l->split, p, r);
	dense_random(&l->join, p, r);
	norm_start(&l->norm2, p);
	dense_random(&l->fc1, p, r);
	dense_random(&l->fc2, p, r);
}

void
transformer_work_init(
	struct transformer_work *w, const struct transformer *l, size_t n)
{
	size_t size = n * l->attention.width;

	*w = (struct transformer_work){ .n = n,
		.x = mem_floats(size),
		.a = mem_floats(size),
		.in = mem_floats(3 * size),
		.out = mem_floats(size),
		.m = mem_floats(size),
		.b = mem_floats(size),
		.h = mem_floats(WIDER * size),
		.g = mem_floats(WIDER * size) };
}

void
transformer_work_free(struct transformer_work *w)
{
	free(w->x);
	free(w->a);
	free(w->in);
	free(w->out);
	free(w->m);
	free(w->b);
	free(w->h);
	free(w->g);
	*w = (struct transformer_work){ 0 };
}

/* The layer itself keeps no panel. */
static void
forward(const struct dense *l, const struct params *p, struct pool *pool,
	const float *x, size_t n, float *y)
{
	struct dense d = *l;

	dense_pack(&d, p);
	dense_forward(&d, pool, x, n, y);
	dense_free(&d);
}

void
transformer_forward(const struct transformer *l, const struct params *p,
	struct pool *pool, struct transformer_work *w, float *y)
{
	size_t n = w->n, size = n * l->attention.width;

	norm_forward(&l->norm1, p, pool, w->x, n, w->a);
	forward(&l->split, p, pool, w->a, n, w->in);
	attention_forward(&l->attention, pool, w->in, n, w->out);
	forward(&l->join, p, pool, w->out, n, w->m);
	axpy(1, w->x, size, w->m);
	norm_forward(&l->norm2, p, pool, w->m, n, w->b);
	forward(&l->fc1, p, pool, w->b, n, w->h);
	act_rows(ACT_GELU, w->h, WIDER * size, w->g);
	forward(&l->fc2, p, pool, w->g, n, y);
	axpy(1, w->m, size, y);
}

/* y = m + fc2(gelu(fc1(norm2(m)))):  dm = dy + ..., in dy's place */
static void
back_network(const struct transformer *l, struct params *p, struct pool *pool,
	const struct transformer_work *w, float *dy)
{
	size_t n = w->n, size = n * l->attention.width;
	float *dh = mem_zfloats(WIDER * size), *db = mem_zfloats(size);

	dense_backward(&l->fc2, p, pool, w->g, dy, n, dh);
	act_backward(ACT_GELU, w->h, WIDER * size, dh);
	dense_backward(&l->fc1, p, pool, w->b, dh, n, db);
	norm_backward(&l->norm2, p, pool, w->m, db, n, dy);
	free(dh);
	free(db);
}

/* m = x + join(attention(split(norm1(x)))):  dx = dm + ..., in dm's place */
static void
back_attention(const struct transformer *l, struct params *p, struct pool *pool,
	const struct transformer_work *w, float *dm)
{
	size_t n = w->n, size = n * l->attention.width;
	float *dout = mem_zfloats(size), *din = mem_floats(3 * size);
	float *da = mem_zfloats(size);

	dense_backward(&l->join, p, pool, w->out, dm, n, dout);
	attention_backward(&l->attention, pool, w->in, dout, n, din);
	dense_backward(&l->split, p, pool, w->a, din, n, da);
	norm_backward(&l->norm1, p, pool, w->x, da, n, dm);
	free(dout);
	free(din);
	free(da);
}

void
transformer_backward(const struct transformer *l, struct params *p,
	struct pool *pool, struct transformer_work *w, float *dy)
{
	back_network(l, p, pool, w, dy);
	back_attention(l, p, pool, w, dy);
}
