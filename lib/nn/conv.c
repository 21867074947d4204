#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/depthwise.h"
#include "nn/conv.h"
#include "util/mem.h"

#define TOKENS ((size_t)128) /* a task's, or a line's */
#define LOTS ((size_t)16)    /* parts of a batch, with gradients of their own */

static size_t
add_row(struct params *p, enum param_group g, const char *name,
	const char *part, size_t rows, size_t d)
{
	char full[sizeof(p->row->name)];

	snprintf(full, sizeof(full), "%s.%s", name, part);
	return params_add(p, g, full, rows, d);
}

void
conv_add(struct conv *l, struct params *p, enum param_group g, const char *name,
	size_t d, size_t kh, size_t kw)
{
	*l = (struct conv){ .d = d, .kh = kh, .kw = kw };
	l->weight = add_row(p, g, name, "weight", kh * kw, d);
	l->bias = add_row(p, g, name, "bias", 1, d);
}

void
conv_random(const struct conv *l, struct params *p, struct rng *r)
{
	float *w = params_in(p, p->w, l->weight);
	size_t taps = l->kh * l->kw;
	double bound = 1 / sqrt((double)taps);

	for (size_t i = 0; i < taps * l->d; i++)
		w[i] = (float)((2 * rng_unit(r) - 1) * bound);
	memset(params_in(p, p->w, l->bias), 0, l->d * sizeof(*w));
}

static struct depthwise
kernel_of(const struct conv *l, struct grid g)
{
	return (struct depthwise){ l->kh, l->kw, g.w, l->d };
}

/* The kh lines of x around a line, NULL where there is none. */
static void
lines_around(const struct conv *l, struct grid g, const float *x, size_t line,
	const float **in)
{
	size_t half = l->kh / 2, top = line - line % g.h;

	for (size_t k = 0; k < l->kh; k++) {
		size_t at = line + k - half;

		in[k] = line + k >= top + half && at < top + g.h
			? x + at * g.w * l->d
			: NULL;
	}
}

void
conv_lines(const struct conv *l, const struct params *p, struct grid g,
	const float *x, size_t first, size_t lines, float *y)
{
	const float *w = params_in(p, p->w, l->weight), *in[CONV_MOST];
	const float *b = params_in(p, p->w, l->bias);
	struct depthwise s = kernel_of(l, g);

	for (size_t i = 0; i < lines; i++) {
		lines_around(l, g, x, first + i, in);
		depthwise_row(&s, in, w, b, 0, y + i * g.w * l->d);
	}
}

struct task {
	const struct conv *l;
	const struct params *p;
	struct grid g;
	const float *x, *dy;
	float *y, *dx;
	const float *turned; /* [kh kw, d] */
	size_t lines;        /* of a task */
	float *part;         /* [lots, kh kw + 1, d]: gradients of W and b */
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
	size_t first = chunk * t->lines, all = t->g.count * t->g.h;

	(void)worker;
	conv_lines(t->l, t->p, t->g, t->x, first, least(t->lines, all - first),
		t->y + first * t->g.w * t->l->d);
}

void
conv_forward(const struct conv *l, const struct params *p, struct pool *pool,
	struct grid g, const float *x, float *y)
{
	struct task t = { .l = l, .p = p, .g = g, .x = x, .y = y };

	if (grid_tokens(g) == 0)
		return;
	t.lines = (TOKENS + g.w - 1) / g.w;
	pool_run(pool, (g.count * g.h + t.lines - 1) / t.lines, forward_task,
		&t);
}

/* y = b + W * x:  dx += the turned W * dy */
static void
back_line(const struct task *t, size_t line)
{
	struct depthwise s = kernel_of(t->l, t->g);
	float *dx = t->dx + line * t->g.w * t->l->d;
	const float *in[CONV_MOST];

	lines_around(t->l, t->g, t->dy, line, in);
	depthwise_row(&s, in, t->turned, dx, t->l->d, dx);
}

/* dW += dy x and db += dy of a line */
static void
back_weights(const struct task *t, size_t line, float *part)
{
	struct depthwise s = kernel_of(t->l, t->g);
	size_t d = t->l->d, taps = s.kh * s.kw;
	const float *dy = t->dy + line * t->g.w * d, *in[CONV_MOST];

	lines_around(t->l, t->g, t->x, line, in);
	depthwise_back(&s, in, dy, part);
	for (size_t j = 0; j < t->g.w; j++)
		axpy(1, dy + j * d, d, part + taps * d);
}

static void
back_task(void *arg, size_t lot, size_t worker)
{
	const struct task *t = arg;
	size_t size = (t->l->kh * t->l->kw + 1) * t->l->d;
	size_t first = lot * t->lines;
	size_t end = least(first + t->lines, t->g.count * t->g.h);

	(void)worker;
	for (size_t line = first; line < end; line++) {
		back_weights(t, line, t->part + lot * size);
		back_line(t, line);
	}
}

void
conv_backward(const struct conv *l, struct params *p, struct pool *pool,
	struct grid g, const float *x, const float *dy, float *dx)
{
	struct task t = { .l = l, .p = p, .g = g, .x = x, .dy = dy, .dx = dx };
	size_t taps = l->kh * l->kw, d = l->d, lots;
	struct depthwise s = kernel_of(l, g);
	float *turned;

	if (grid_tokens(g) == 0)
		return;
	turned = mem_floats(taps * d);
	depthwise_turn(&s, params_in(p, p->w, l->weight), turned);
	t.turned = turned;
	t.lines = (g.count * g.h + LOTS - 1) / LOTS;
	lots = (g.count * g.h + t.lines - 1) / t.lines;
	t.part = mem_zfloats(lots * (taps + 1) * d);
	pool_run(pool, lots, back_task, &t);
	for (size_t lot = 0; lot < lots; lot++) {
		const float *part = t.part + lot * (taps + 1) * d;

		axpy(1, part, taps * d, params_in(p, p->g, l->weight));
		axpy(1, part + taps * d, d, params_in(p, p->g, l->bias));
	}
	free(t.part);
	free(turned);
}
