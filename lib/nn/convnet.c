#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "nn/convnet.h"
#include "nn/gain.h"
#include "nn/spectrum.h"
#include "util/mem.h"

#define ROWS ((size_t)64) /* a task of what is between maps */

size_t
convnet_seen(const struct convnet_shape *s)
{
	return s->spectrum ? SPECTRUM_WIDER * s->in : s->in;
}

size_t
convnet_written(const struct convnet_shape *s)
{
	if (s->blend)
		return BLEND_WIDER * s->out;
	return s->gain ? GAIN_WIDER * s->out : s->out;
}

void
convnet_add(struct convnet *c, struct params *p, enum param_group g,
	const char *name, struct convnet_shape s)
{
	char full[sizeof(p->row->name)];

	assert(!s.blend || (!s.gain && s.out % (s.blend * s.blend) == 0));
	*c = (struct convnet){ .shape = s };
	if (s.blend)
		blend_init(&c->blend, s.blend, s.out / (s.blend * s.blend));
	c->block = mem_zalloc(s.depth, sizeof(*c->block));
	snprintf(full, sizeof(full), "%s.in", name);
	dense_add(&c->first, p, g, full, convnet_seen(&s), s.width, true);
	for (size_t i = 0; i < s.depth; i++) {
		snprintf(full, sizeof(full), "%s.blocks.%zu", name, i);
		residual_add(&c->block[i], p, g, full, s.width, s.kh, s.kw);
	}
	snprintf(full, sizeof(full), "%s.norm", name);
	norm_add(&c->norm, p, g, full, s.width);
	snprintf(full, sizeof(full), "%s.out", name);
	dense_add(&c->last, p, g, full, s.width, convnet_written(&s), false);
}

void
convnet_start(const struct convnet *c, struct params *p, struct rng *r)
{
	dense_random(&c->first, p, r);
	for (size_t i = 0; i < c->shape.depth; i++)
		residual_start(&c->block[i], p, r);
	norm_start(&c->norm, p);
	memset(params_in(p, p->w, c->last.weight), 0,
		c->last.out * c->last.in * sizeof(float));
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
	blend_free(&c->blend);
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
	float *seen;                /* [n, convnet_seen]; NULL: x is seen */
	float *wide;                /* [n, convnet_written] */
	float *dnormed;             /* [n, width] */
	float *work;                /* of the blocks */
	float *mixing;              /* [threads, blend_work] */
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
	w->wide = mem_floats(n * c->last.out);
	w->dnormed = mem_floats(size);
	if (c->shape.spectrum)
		w->seen = mem_floats(n * c->first.in);
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
	free(w->seen);
	free(w->wide);
	free(w->dnormed);
	free(w->work);
	free(w->mixing);
	free(w);
}

static void
make_room(const struct convnet *c, struct convnet_work *w,
	const struct pool *pool)
{
	if (w->threads >= pool_threads(pool))
		return;
	w->threads = pool_threads(pool);
	free(w->work);
	free(w->mixing);
	w->work = w->mixing = NULL;
	if (w->depth > 0)
		w->work = mem_floats(residual_work(&c->block[0], pool));
	if (c->shape.blend)
		w->mixing =
			mem_floats(w->threads * blend_work(&c->blend, w->g.w));
}

const float *
convnet_see(const struct convnet *c, const float *x, size_t n, float *room)
{
	if (!c->shape.spectrum)
		return x;
	spectrum_rows(x, n, c->shape.in, room);
	return room;
}

void
convnet_finish(const struct convnet *c, float *v, size_t n, float *y)
{
	if (c->shape.gain)
		gain_rows(v, n, c->shape.out, y);
	else
		axpy(1, v, n * c->shape.out, y);
}

/* Some rows of what is before the first map and behind the last one. */
struct ends {
	const struct convnet *c;
	struct convnet_work *w;
	const float *x;
	float *y;
};

static size_t
rows_in(const struct ends *t, size_t chunk)
{
	size_t left = grid_tokens(t->w->g) - chunk * ROWS;

	return left < ROWS ? left : ROWS;
}

static void
see_task(void *arg, size_t chunk, size_t worker)
{
	const struct ends *t = arg;
	size_t v = chunk * ROWS;

	(void)worker;
	convnet_see(t->c, t->x + v * t->c->shape.in, rows_in(t, chunk),
		t->w->seen + v * t->c->first.in);
}

static void
finish_task(void *arg, size_t chunk, size_t worker)
{
	const struct ends *t = arg;
	size_t v = chunk * ROWS;

	(void)worker;
	convnet_finish(t->c, t->w->wide + v * t->c->last.out, rows_in(t, chunk),
		t->y + v * t->c->shape.out);
}

static void
ungain_task(void *arg, size_t chunk, size_t worker)
{
	const struct ends *t = arg;
	size_t v = chunk * ROWS, out = t->c->shape.out;

	(void)worker;
	gain_backward(t->w->wide + v * GAIN_WIDER * out, rows_in(t, chunk), out,
		t->y + v * out);
}

/* A line of the grid with those around it, of x [n, size]. */
static struct blend_rows
lines_at(struct grid g, const float *x, size_t size, size_t line)
{
	size_t ld = g.w * size, row = line % g.h;
	const float *here = x + line * ld;

	return (struct blend_rows){ row > 0 ? here - ld : NULL, here,
		row + 1 < g.h ? here + ld : NULL, g.w };
}

static void
blend_task(void *arg, size_t line, size_t worker)
{
	const struct ends *t = arg;
	const struct convnet *c = t->c;
	struct grid g = t->w->g;

	blend_row(&c->blend, lines_at(g, t->w->wide, c->last.out, line),
		t->w->mixing + worker * blend_work(&c->blend, g.w),
		t->y + line * g.w * c->shape.out);
}

/* x is dy here. */
static void
unblend_task(void *arg, size_t line, size_t worker)
{
	const struct ends *t = arg;
	const struct convnet *c = t->c;
	struct grid g = t->w->g;

	(void)worker;
	blend_backward(&c->blend, lines_at(g, t->x, c->shape.out, line),
		t->w->wide + line * g.w * c->last.out);
}

static void
run_lines(struct pool *pool, pool_fn *fn, struct ends t)
{
	pool_run(pool, t.w->g.count * t.w->g.h, fn, &t);
}

static void
run_ends(struct pool *pool, pool_fn *fn, struct ends t)
{
	pool_run(pool, (grid_tokens(t.w->g) + ROWS - 1) / ROWS, fn, &t);
}

/* What the first map reads. */
static const float *
seen_of(const struct convnet_work *w, const float *x)
{
	return w->seen ? w->seen : x;
}

void
convnet_forward(const struct convnet *c, const struct params *p,
	struct pool *pool, const float *x, struct convnet_work *w, float *y)
{
	size_t n = grid_tokens(w->g);

	make_room(c, w, pool);
	if (w->seen)
		run_ends(pool, see_task, (struct ends){ c, w, x, NULL });
	dense_forward(&c->first, pool, seen_of(w, x), n, w->u[0]);
	for (size_t i = 0; i < w->depth; i++)
		residual_forward(&c->block[i], p, pool, w->g, w->u[i],
			&w->kept[i], w->work, w->u[i + 1]);
	norm_forward(&c->norm, p, pool, w->u[w->depth], n, w->normed);
	dense_forward(&c->last, pool, w->normed, n, w->wide);
	if (c->shape.blend)
		run_lines(pool, blend_task, (struct ends){ c, w, NULL, y });
	else
		run_ends(pool, finish_task, (struct ends){ c, w, NULL, y });
}

void
convnet_ungain(const struct convnet *c, struct pool *pool,
	struct convnet_work *w, float *dy)
{
	if (c->shape.gain)
		run_ends(pool, ungain_task, (struct ends){ c, w, NULL, dy });
}

void
convnet_backward(const struct convnet *c, struct params *p, struct pool *pool,
	const float *x, struct convnet_work *w, const float *dy, float *dx)
{
	size_t n = grid_tokens(w->g), size = n * c->shape.width;
	float *du = mem_zfloats(size);

	assert(!(c->shape.spectrum && dx));
	make_room(c, w, pool);
	memset(w->dnormed, 0, size * sizeof(*w->dnormed));
	if (c->shape.blend)
		run_lines(pool, unblend_task, (struct ends){ c, w, dy, NULL });
	dense_backward(&c->last, p, pool, w->normed,
		c->shape.gain || c->shape.blend ? w->wide : dy, n, w->dnormed);
	norm_backward(&c->norm, p, pool, w->u[w->depth], w->dnormed, n, du);
	for (size_t i = w->depth; i-- > 0;)
		residual_backward(&c->block[i], p, pool, w->g, w->u[i],
			&w->kept[i], w->work, du);
	dense_backward(&c->first, p, pool, seen_of(w, x), du, n, dx);
	free(du);
}
