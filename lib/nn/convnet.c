#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "nn/convnet.h"
#include "util/mem.h"

void
convnet_add(struct convnet *c, struct params *p, enum param_group g,
	const char *name, struct convnet_shape s)
{
	char full[sizeof(p->row->name)];

	*c = (struct convnet){ .shape = s };
	c->block = mem_zalloc(s.depth, sizeof(*c->block));
	snprintf(full, sizeof(full), "%s.in", name);
	dense_add(&c->first, p, g, full, s.in, s.width, true);
	for (size_t i = 0; i < s.depth; i++) {
		snprintf(full, sizeof(full), "%s.blocks.%zu", name, i);
		residual_add(&c->block[i], p, g, full, s.width, s.kh, s.kw);
	}
	snprintf(full, sizeof(full), "%s.norm", name);
	norm_add(&c->norm, p, g, full, s.width);
	snprintf(full, sizeof(full), "%s.out", name);
	dense_add(&c->last, p, g, full, s.width, s.out, false);
}

void
convnet_start(const struct convnet *c, struct params *p, struct rng *r)
{
	dense_random(&c->first, p, r);
	for (size_t i = 0; i < c->shape.depth; i++)
		residual_start(&c->block[i], p, r);
	norm_start(&c->norm, p);
	memset(params_in(p, p->w, c->last.weight), 0,
		c->shape.out * c->shape.width * sizeof(float));
}

void
convnet_pack(struct convnet *c, const struct params *p)
{
	dense_pack(&c->first, p);
	for (size_t i = 0; i < c->shape.depth; i++)
		residual_pack(&c->block[i], p);
	dense_pack(&c->last, p);
}

void
convnet_free(struct convnet *c)
{
	dense_free(&c->first);
	for (size_t i = 0; i < c->shape.depth && c->block; i++)
		residual_free(&c->block[i]);
	dense_free(&c->last);
	free(c->block);
	*c = (struct convnet){ 0 };
}

size_t
convnet_reach(const struct convnet *c)
{
	return c->shape.depth * (c->shape.kh / 2);
}

struct convnet_work {
	struct grid g;
	size_t depth;
	float **u;                  /* [depth + 1] of [n, width] */
	struct residual_kept *kept; /* [depth] */
	float *normed;              /* [n, width] LN(u_L) */
	float *wide;                /* [n, out] or [n, width] */
	float *work;                /* of the blocks */
	size_t threads;             /* that work is large enough for */
};

struct convnet_work *
convnet_work_open(const struct convnet *c, struct grid g)
{
	size_t n = grid_tokens(g), size = n * c->shape.width;
	size_t depth = c->shape.depth;
	struct convnet_work *w = mem_zalloc(1, sizeof(*w));

	w->g = g;
	w->depth = depth;
	w->u = mem_zalloc(depth + 1, sizeof(*w->u));
	w->kept = mem_zalloc(depth, sizeof(*w->kept));
	for (size_t i = 0; i <= depth; i++)
		w->u[i] = mem_floats(size);
	for (size_t i = 0; i < depth; i++) {
		w->kept[i].a = mem_floats(size);
		w->kept[i].h = mem_floats(RESIDUAL_WIDER * size);
	}
	w->normed = mem_floats(size);
	w->wide = mem_floats(
		c->shape.out > c->shape.width ? n * c->shape.out : size);
	return w;
}

void
convnet_work_close(struct convnet_work *w)
{
	if (!w)
		return;
	for (size_t i = 0; i <= w->depth; i++)
		free(w->u[i]);
	for (size_t i = 0; i < w->depth; i++) {
		free(w->kept[i].a);
		free(w->kept[i].h);
	}
	free(w->u);
	free(w->kept);
	free(w->normed);
	free(w->wide);
	free(w->work);
	free(w);
}

static void
make_room(const struct convnet *c, struct convnet_work *w,
	const struct pool *pool)
{
	if (w->depth == 0 || w->threads >= pool_threads(pool))
		return;
	w->threads = pool_threads(pool);
	free(w->work);
	w->work = mem_floats(residual_work(&c->block[0], pool));
}

void
convnet_forward(const struct convnet *c, const struct params *p,
	struct pool *pool, const float *x, struct convnet_work *w, float *y)
{
	size_t n = grid_tokens(w->g);

	make_room(c, w, pool);
	dense_forward(&c->first, pool, x, n, w->u[0]);
	for (size_t i = 0; i < w->depth; i++)
		residual_forward(&c->block[i], p, pool, w->g, w->u[i],
			&w->kept[i], w->work, w->u[i + 1]);
	norm_forward(&c->norm, p, pool, w->u[w->depth], n, w->normed);
	dense_forward(&c->last, pool, w->normed, n, w->wide);
	axpy(1, w->wide, n * c->shape.out, y);
}

void
convnet_backward(const struct convnet *c, struct params *p, struct pool *pool,
	const float *x, struct convnet_work *w, const float *dy, float *dx)
{
	size_t n = grid_tokens(w->g), size = n * c->shape.width;
	float *du = mem_zfloats(size);

	make_room(c, w, pool);
	memset(w->wide, 0, size * sizeof(*w->wide));
	dense_backward(&c->last, p, pool, w->normed, dy, n, w->wide);
	norm_backward(&c->norm, p, pool, w->u[w->depth], w->wide, n, du);
	for (size_t i = w->depth; i-- > 0;)
		residual_backward(&c->block[i], p, pool, w->g, w->u[i],
			&w->kept[i], w->work, du);
	dense_backward(&c->first, p, pool, x, du, n, dx);
	free(du);
}
