#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cpu.h"
#include "kernel/leaves.h"
#include "kernel/leaves_tree.h"
#include "util/mem.h"

/* Below this the visit costs what the search does (measured: 16 numbers and
 * 256 codes of photographs lose a tenth, 32 and 256 gain a third). */
#define LEAST_CODES 256
#define LEAST_NUMBERS 8192

/* Where the partial sums are looked at. */
#define HEAD(d) ((d) < 16 ? (d) : (d) < 96 ? 8 : 16)

#define LIFE 64 /* moves that a tree is kept for */

static bool
usable(const struct panel *p, double *largest)
{
	*largest = 0;
	if (p->rows < LEAST_CODES || p->rows >= LEAVES_MOST_CODES ||
		p->rows * p->d < LEAST_NUMBERS)
		return false;
	for (size_t j = 0; j < p->rows; j++) {
		double norm = -2 * (double)p->start[j];

		if (!(norm >= 0 && norm < 1e30)) /* false for NaN too */
			return false;
		if (norm > *largest)
			*largest = norm;
	}
	return *largest > 1e-20;
}

struct filling {
	struct near_codes *to;
	const float *u, *code, *centre, *start;
	float *rows; /* [workers, PANEL, d] */
};

/* A panel of n codes: copies and norms; the box grows around them. */
static void
fill_panel(const struct filling *f, size_t b, size_t n, float *rows, float *lo,
	float *hi)
{
	float out[5 * PANEL] __attribute__((aligned(64)));
	const struct panel_ops *ops = cpu_panel_ops();
	struct panel *p = &f->to->panel;
	float *w = p->w + b * PANEL * p->d;

	for (size_t lane = 0; lane < n; lane++) {
		size_t row = f->to->row[b * PANEL + lane];

		memcpy(rows + lane * p->d, f->code + row * p->d,
			p->d * sizeof(*rows));
		p->start[b * PANEL + lane] = f->start[row];
	}
	ops->lay(rows, n, p->d, f->centre, w);
	ops->features(f->u, p->d, f->to->head, w, out);
	for (size_t lane = 0; lane < n; lane++) {
		out[2 * PANEL + lane] = sqrtf(out[2 * PANEL + lane]);
		f->to->rest[b * PANEL + lane] =
			sqrtf(out[4 * PANEL + lane]) * 1.0001f;
		for (size_t a = 0; a < NEAR_FEATURES; a++) {
			lo[a] = fminf(lo[a], out[a * PANEL + lane]);
			hi[a] = fmaxf(hi[a], out[a * PANEL + lane]);
		}
	}
}

static void
fill_leaf(void *arg, size_t leaf, size_t worker)
{
	const struct filling *f = arg;
	struct near_codes *c = f->to;
	float lo[NEAR_FEATURES], hi[NEAR_FEATURES];
	float *rows = f->rows + worker * PANEL * c->panel.d;

	for (size_t a = 0; a < NEAR_FEATURES; a++) {
		lo[a] = INFINITY;
		hi[a] = -INFINITY;
	}
	for (size_t b = c->first[leaf]; b < c->first[leaf + 1]; b++) {
		size_t left = c->panel.rows - b * PANEL;

		/* Only the last panel of all is not full. */
		fill_panel(f, b, left < PANEL ? left : PANEL, rows, lo, hi);
	}
	for (size_t a = 0; a < NEAR_FEATURES; a++) {
		c->lo[a * c->stride + leaf] = lo[a];
		c->hi[a * c->stride + leaf] = hi[a];
	}
}

static void
fill(struct leaves *l, const struct panel *codes, const float *code,
	const float *centre, struct pool *pool)
{
	size_t workers = pool ? pool_threads(pool) : 1;
	struct filling f = { &l->codes, l->u, code, centre, codes->start,
		mem_floats(workers * PANEL * codes->d) };

	if (pool)
		pool_run(pool, l->codes.groups, fill_leaf, &f);
	else
		for (size_t leaf = 0; leaf < l->codes.groups; leaf++)
			fill_leaf(&f, leaf, 0);
	free(f.rows);
	l->stale = false;
}

struct leaves *
leaves_new(const struct panel *codes, const float *code, const float *centre,
	struct pool *pool)
{
	size_t places = codes->count * PANEL, d = codes->d;
	struct near_codes *c;
	struct leaves *l;
	double largest;

	if (!usable(codes, &largest))
		return NULL;
	l = mem_zalloc(1, sizeof(*l));
	l->largest = largest;
	l->u = mem_zfloats(2 * d);
	c = &l->codes;
	c->head = HEAD(d);
	c->panel = (struct panel){ .rows = codes->rows,
		.d = d,
		.count = codes->count,
		.w = mem_floats(places * d),
		.start = mem_floats(places) };
	c->row = mem_zalloc(places, sizeof(*c->row));
	c->rest = mem_zfloats(places);
	for (size_t j = 0; j < places; j++)
		c->panel.start[j] = -INFINITY;
	c->stride = places; /* more than there can be leaves */
	c->lo = mem_floats(NEAR_FEATURES * c->stride);
	c->hi = mem_floats(NEAR_FEATURES * c->stride);
	c->first = mem_alloc(codes->count + 1, sizeof(*c->first));
	leaves_tree_plant(l, codes);
	fill(l, codes, code, centre, pool);
	return l;
}

bool
leaves_move(struct leaves *l, const struct panel *codes, const float *code,
	const float *centre, struct pool *pool)
{
	l->stale = true;
	if (!usable(codes, &l->largest))
		return false;
	if (++l->age % LIFE == 0)
		leaves_tree_plant(l, codes);
	fill(l, codes, code, centre, pool);
	return true;
}

void
leaves_free(struct leaves *l)
{
	if (!l)
		return;
	panel_free(&l->codes.panel);
	free(l->codes.first);
	free(l->codes.row);
	free(l->codes.rest);
	free(l->u);
	free(l->codes.lo);
	free(l->codes.hi);
	free(l->node);
	free(l);
}
