#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/product.h"
#include "kernel/turned.h"
#include "nn/act.h"
#include "nn/residual.h"
#include "util/mem.h"

#define ROWS ((size_t)96) /* that stay in the cache from map to map */
#define LOTS ((size_t)8)  /* parts of a batch, with gradients of their own */
#define START_SCALE 0.1f

void
residual_add(struct residual *b, struct params *p, enum param_group g,
	const char *name, size_t width, size_t kh, size_t kw)
{
	char full[sizeof(p->row->name)];
	size_t wider = RESIDUAL_WIDER * width;

	snprintf(full, sizeof(full), "%s.conv", name);
	conv_add(&b->conv, p, g, full, width, kh, kw);
	snprintf(full, sizeof(full), "%s.norm", name);
	norm_add(&b->norm, p, g, full, width);
	snprintf(full, sizeof(full), "%s.up", name);
	dense_add(&b->up, p, g, full, width, wider, true);
	snprintf(full, sizeof(full), "%s.down", name);
	dense_add(&b->down, p, g, full, wider, width, true);
	snprintf(full, sizeof(full), "%s.scale", name);
	b->scale = params_add(p, g, full, 1, width);
}

void
residual_start(const struct residual *b, struct params *p, struct rng *r)
{
	float *scale = params_in(p, p->w, b->scale);

	conv_random(&b->conv, p, r);
	norm_start(&b->norm, p);
	dense_random(&b->up, p, r);
	dense_random(&b->down, p, r);
	for (size_t i = 0; i < b->conv.d; i++)
		scale[i] = START_SCALE;
}

void
residual_pack(struct residual *b, const struct params *p)
{
	dense_pack(&b->up, p);
	dense_pack(&b->down, p);
}

void
residual_free(struct residual *b)
{
	dense_free(&b->up);
	dense_free(&b->down);
}

size_t
residual_rows_work(const struct residual *b, size_t n)
{
	return n * (1 + RESIDUAL_WIDER) * b->conv.d;
}

/* What is behind the convolution; h [n, 4 width] is kept, work is for
 * residual_rows_work. */
static void
rows_forward(const struct residual *b, const struct params *p, const float *a,
	size_t n, float *h, float *work, float *x)
{
	const float *scale = params_in(p, p->w, b->scale);
	size_t d = b->conv.d;
	float *small = work, *wide = work + n * d;

	norm_rows(&b->norm, p, a, n, small);
	dense_rows(&b->up, small, n, h);
	act_rows(ACT_GELU, h, n * b->up.out, wide);
	dense_rows(&b->down, wide, n, small);
	for (size_t v = 0; v < n; v++)
		for (size_t i = 0; i < d; i++)
			x[v * d + i] += scale[i] * small[v * d + i];
}

void
residual_rows(const struct residual *b, const struct params *p, const float *a,
	size_t n, float *work, float *x)
{
	rows_forward(b, p, a, n, work + n * b->conv.d, work, x);
}

/* The parts of a gradient that a lot of rows gives: W2 and b2 as if the scale
 * were 1, W1 turned. */
struct part {
	float *w2, *w1, *b2, *b1, *norm;
};

static size_t
part_size(const struct residual *b)
{
	size_t d = b->conv.d, wide = b->up.out;

	return (2 * d * wide + d + wide + 2 * d + PANEL - 1) / PANEL * PANEL;
}

static struct part
part_at(const struct residual *b, float *at)
{
	size_t d = b->conv.d, wide = b->up.out;
	struct part p = { .w2 = at, .w1 = at + d * wide };

	p.b2 = p.w1 + d * wide;
	p.b1 = p.b2 + d;
	p.norm = p.b1 + wide;
	return p;
}

/* Of a thread: two rows of each width, and one laid out for products. */
static size_t
worker_work(const struct residual *b)
{
	return ROWS * 2 * (b->conv.d + b->up.out) +
		turned_room(ROWS, b->up.out);
}

/* Of one of the two maps, laid out to go back. */
static size_t
map_work(const struct residual *b)
{
	size_t up = turned_room(b->up.out, b->up.in);
	size_t down = turned_room(b->down.out, b->down.in);

	return up > down ? up : down;
}

size_t
residual_work(const struct residual *b, const struct pool *pool)
{
	return LOTS * part_size(b) + 2 * map_work(b) +
		pool_threads(pool) * worker_work(b);
}

struct task {
	const struct residual *b;
	const struct params *p;
	struct grid g;
	const float *x;
	const struct residual_kept *kept;
	float *work, *y;       /* y: dy on the way back */
	size_t step;           /* lines of a task, rows of a lot */
	struct panel up, down; /* on the way back: the turned maps */
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
forward_task(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct residual *b = t->b;
	size_t d = b->conv.d, first = chunk * t->step;
	size_t lines = least(t->step, t->g.count * t->g.h - first);
	size_t v = first * t->g.w, end = v + lines * t->g.w;

	conv_lines(
		&b->conv, t->p, t->g, t->x, first, lines, t->kept->a + v * d);
	memcpy(t->y + v * d, t->x + v * d, (end - v) * d * sizeof(*t->y));
	for (; v < end; v += ROWS)
		rows_forward(b, t->p, t->kept->a + v * d, least(ROWS, end - v),
			t->kept->h + v * b->up.out,
			t->work + worker * worker_work(b), t->y + v * d);
}

void
residual_forward(const struct residual *b, const struct params *p,
	struct pool *pool, struct grid g, const float *x,
	const struct residual_kept *kept, float *work, float *y)
{
	struct task t = { .b = b, .p = p, .g = g, .x = x, .kept = kept };

	if (grid_tokens(g) == 0)
		return;
	t.work = work;
	t.y = y;
	t.step = (ROWS + g.w - 1) / g.w;
	pool_run(pool, (g.count * g.h + t.step - 1) / t.step, forward_task, &t);
}

static void
add_rows(const float *x, size_t n, size_t d, float *sum)
{
	for (size_t v = 0; v < n; v++)
		axpy(1, x + v * d, d, sum);
}

/* y = x + s (W2 g + b2), g = gelu(h), h = W1 c + b1, c = LN(a):  of n rows from
 * v on;  a becomes da. */
static void
back_rows(
	const struct task *t, size_t v, size_t n, struct part part, float *work)
{
	const struct residual *b = t->b;
	const float *scale = params_in(t->p, t->p->w, b->scale);
	size_t d = b->conv.d, wide = b->up.out;
	float *c = work + turned_room(ROWS, wide), *dc = c + n * d;
	float *g = dc + n * d, *dh = g + n * wide;
	float *a = t->kept->a + v * d, *dy = t->y + v * d;
	const float *h = t->kept->h + v * wide;
	struct panel rows;

	for (size_t u = 0; u < n; u++)
		for (size_t i = 0; i < d; i++)
			dc[u * d + i] = scale[i] * dy[u * d + i];
	product_rows(&t->down, dc, n, dh);
	act_both(ACT_GELU, h, n * wide, g, dh);
	turned_lay(&rows, g, n, wide, work);
	product_columns(&rows, dy, d, part.w2);
	add_rows(dy, n, d, part.b2);
	norm_rows(&b->norm, t->p, a, n, c);
	turned_lay(&rows, dh, n, wide, work);
	product_columns(&rows, c, d, part.w1);
	add_rows(dh, n, wide, part.b1);
	product_rows(&t->up, dh, n, dc);
	memset(c, 0, n * d * sizeof(*c));
	norm_back_rows(&b->norm, t->p, a, dc, n, part.norm, c);
	memcpy(a, c, n * d * sizeof(*c));
}

static void
back_lot(void *arg, size_t lot, size_t worker)
{
	const struct task *t = arg;
	size_t v = lot * t->step;
	size_t end = least(v + t->step, grid_tokens(t->g));
	float *parts = t->work + lot * part_size(t->b);
	float *work = t->work + LOTS * part_size(t->b) + 2 * map_work(t->b) +
		worker * worker_work(t->b);

	memset(parts, 0, part_size(t->b) * sizeof(*parts));
	for (; v < end; v += ROWS)
		back_rows(
			t, v, least(ROWS, end - v), part_at(t->b, parts), work);
}

/* W2 and b2 of all rows from those of scale 1:  ds += W2 . dW2 + b2 db2,
 * dW2 += s dW2 and db2 += s db2 */
static void
add_down(const struct residual *b, struct params *p, const struct part *part)
{
	const float *w2 = params_in(p, p->w, b->down.weight);
	const float *b2 = params_in(p, p->w, b->down.bias);
	const float *scale = params_in(p, p->w, b->scale);
	float *dscale = params_in(p, p->g, b->scale);
	float *dw2 = params_in(p, p->g, b->down.weight);
	size_t wide = b->up.out;

	for (size_t o = 0; o < b->conv.d; o++) {
		const float *m = part->w2 + o * wide;
		float sum = b2[o] * part->b2[o];

		for (size_t i = 0; i < wide; i++)
			sum += w2[o * wide + i] * m[i];
		dscale[o] += sum;
		axpy(scale[o], m, wide, dw2 + o * wide);
		axpy(scale[o], part->b2 + o, 1,
			params_in(p, p->g, b->down.bias) + o);
	}
}

static void
add_parts(const struct residual *b, struct params *p, float *parts, size_t lots)
{
	struct part all = part_at(b, parts);
	size_t d = b->conv.d, wide = b->up.out;
	float *dw1 = params_in(p, p->g, b->up.weight);

	for (size_t lot = 1; lot < lots; lot++)
		axpy(1, parts + lot * part_size(b), part_size(b), parts);
	add_down(b, p, &all);
	for (size_t o = 0; o < wide; o++)
		for (size_t i = 0; i < d; i++)
			dw1[o * d + i] += all.w1[i * wide + o];
	axpy(1, all.b1, wide, params_in(p, p->g, b->up.bias));
	axpy(1, all.norm, d, params_in(p, p->g, b->norm.gain));
	axpy(1, all.norm + d, d, params_in(p, p->g, b->norm.bias));
}

void
residual_backward(const struct residual *b, struct params *p, struct pool *pool,
	struct grid g, const float *x, const struct residual_kept *kept,
	float *work, float *dy)
{
	struct task t = { .b = b, .p = p, .g = g, .kept = kept };
	size_t n = grid_tokens(g), lots;
	float *maps = work + LOTS * part_size(b);

	if (n == 0)
		return;
	t.work = work;
	t.y = dy;
	t.step = (n + LOTS - 1) / LOTS;
	turned_lay(&t.up, params_in(p, p->w, b->up.weight), b->up.out, b->up.in,
		maps);
	turned_lay(&t.down, params_in(p, p->w, b->down.weight), b->down.out,
		b->down.in, maps + map_work(b));
	lots = (n + t.step - 1) / t.step;
	pool_run(pool, lots, back_lot, &t);
	add_parts(b, p, work, lots);
	conv_backward(&b->conv, p, pool, g, x, kept->a, dy);
}
