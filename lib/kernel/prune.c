#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "kernel/cpu.h"
#include "kernel/leaves_tree.h"
#include "kernel/prune.h"

/* What a score may be wrong by, over |x|^2 + max |c|^2: the chain's rounding
 * (nearest.h), that of features and boxes, and generous room. */
#define SLACK(d) (32 * (float)((d) + 4) * 0x1p-24f)

#define LARGEST 1e30f /* of a squared norm whose bounds can be trusted */

/* More than this share of the full search's work does not pay, since that one
 * goes through it faster; after some panels that did more, leave it for some
 * passes. */
#define PAYS 0.75
#define TRIAL 4
#define PAUSE 32

/* What the pass keeps of every vector, in the caller's order. */
struct sight {
	float *f; /* [n, FEATURES] */
	float *norm, *rest;
	uint32_t *leaf, *order, *spare;
};

size_t
prune_work(size_t d)
{
	return PRUNE_ROWS * (NEAR_FEATURES + 5) + 2 * d * PANEL + PANEL;
}

static float *
aligned(float *p)
{
	uintptr_t end = (uintptr_t)(void *)p % (PANEL * sizeof(float));

	return p + (end ? PANEL - end / sizeof(float) : 0);
}

/* Features, norm and leaf of every vector; false if one is out of range. */
static bool
survey(const struct leaves *l, const float *centre, const float *x, size_t n,
	float *lanes, struct sight *s)
{
	float out[5 * PANEL] __attribute__((aligned(64)));
	const struct panel_ops *ops = cpu_panel_ops();
	size_t d = l->codes.panel.d;

	for (size_t v = 0; v < n; v++) {
		size_t lane = v % PANEL, left = n - v;
		float *f = s->f + v * NEAR_FEATURES;

		if (lane == 0) {
			ops->lay(x + v * d, left < PANEL ? left : PANEL, d,
				centre, lanes);
			ops->features(l->u, d, l->codes.head, lanes, out);
		}
		f[0] = out[lane];
		f[1] = out[PANEL + lane];
		f[2] = sqrtf(out[2 * PANEL + lane]);
		s->norm[v] = out[3 * PANEL + lane];
		s->rest[v] = sqrtf(out[4 * PANEL + lane]) * 1.0001f;
		if (!(s->norm[v] < LARGEST))
			return false;
		s->leaf[v] = leaves_tree_find(l, f);
	}
	return true;
}

/* Stable, by one byte of the leaf's number. */
static void
sort_byte(const uint32_t *leaf, const uint32_t *from, uint32_t *to, size_t n,
	unsigned shift)
{
	size_t first[257] = { 0 };

	for (size_t v = 0; v < n; v++)
		first[(leaf[v] >> shift & 0xff) + 1]++;
	for (size_t b = 0; b < 256; b++)
		first[b + 1] += first[b];
	for (size_t v = 0; v < n; v++)
		to[first[leaf[from[v]] >> shift & 0xff]++] = from[v];
}

/* s->order: the vectors by leaf. */
static void
sort_by_leaf(struct sight *s, size_t n, size_t leaves)
{
	for (size_t v = 0; v < n; v++)
		s->order[v] = (uint32_t)v;
	for (unsigned shift = 0; shift < 32 && (leaves - 1) >> shift;
		shift += 8) {
		uint32_t *done = s->spare;

		sort_byte(s->leaf, s->order, done, n, shift);
		s->spare = s->order;
		s->order = done;
	}
}

/* n vectors into lanes; lanes without one have won already. */
static void
seat(const struct leaves *l, const float *centre, const float *x,
	const struct sight *s, const uint32_t *order, size_t n, float *rows,
	struct near_vectors *k)
{
	size_t d = l->codes.panel.d;

	for (size_t a = 0; a < NEAR_FEATURES; a++) {
		k->lo[a] = INFINITY;
		k->hi[a] = -INFINITY;
	}
	for (size_t lane = 0; lane < PANEL; lane++) {
		size_t v = order[lane < n ? lane : 0];
		float bound = s->norm[v] + (float)l->largest;

		if (lane < n)
			memcpy(rows + lane * d, x + v * d, d * sizeof(*rows));
		for (size_t a = 0; a < NEAR_FEATURES; a++) {
			float f = s->f[v * NEAR_FEATURES + a];

			k->f[a][lane] = f;
			k->lo[a] = f < k->lo[a] ? f : k->lo[a];
			k->hi[a] = f > k->hi[a] ? f : k->hi[a];
		}
		k->rest[lane] = s->rest[v];
		k->slack[lane] = SLACK(d) * bound;
		/* |x - c|^2 = |x|^2 - 2 s, and what rounding may do to it */
		k->base[lane] = s->norm[v] + 2 * k->slack[lane];
		k->score[lane] = lane < n ? -INFINITY : INFINITY;
		k->idx[lane] = INT32_MAX;
	}
	cpu_panel_ops()->lay(rows, n, d, centre, k->x);
}

/* Rows of codes looked at, and gone through to the end. */
struct effort {
	size_t seen, full;
};

static void
visit(const struct leaves *l, struct near_vectors *k, size_t leaf,
	struct effort *e)
{
	const struct near_codes *c = &l->codes;
	size_t first = c->first[leaf], count = c->first[leaf + 1] - first;

	e->full += cpu_panel_ops()->near(c, first, count, k);
	e->seen += count * PANEL;
}

static void
seek(const struct leaves *l, struct near_vectors *k, size_t one, size_t other,
	struct effort *e)
{
	const struct panel_ops *ops = cpu_panel_ops();
	const struct near_codes *c = &l->codes;

	visit(l, k, one, e);
	if (other != one)
		visit(l, k, other, e);
	for (size_t first = 0; first < c->groups; first += PANEL) {
		uint32_t mask = ops->boxes(c, first, k);

		for (; mask; mask &= mask - 1) {
			size_t leaf = first + (size_t)__builtin_ctz(mask);

			if (leaf != one && leaf != other &&
				ops->reach(c, leaf, k))
				visit(l, k, leaf, e);
		}
	}
}

/* Of the work of searching fully for so many panels. */
static double
share(const struct leaves *l, const struct effort *e, size_t panels)
{
	const struct near_codes *c = &l->codes;
	double head = (double)c->head / (double)c->panel.d;
	double work = head * (double)e->seen + (1 - head) * (double)e->full;

	return work / (double)(panels * c->panel.count * PANEL);
}

/* Divide scratch. */
static void
sight_init(struct sight *s, float *work)
{
	s->f = work;
	s->norm = s->f + PRUNE_ROWS * NEAR_FEATURES;
	s->rest = s->norm + PRUNE_ROWS;
	s->leaf = (uint32_t *)(void *)(s->rest + PRUNE_ROWS);
	s->order = s->leaf + PRUNE_ROWS;
	s->spare = s->order + PRUNE_ROWS;
}

static bool
worth_trying(struct leaves *l)
{
	if (atomic_load_explicit(&l->pause, memory_order_relaxed) <= 0)
		return true;
	atomic_fetch_sub_explicit(&l->pause, 1, memory_order_relaxed);
	return false;
}

/* For twice as long as the last time. */
static void
give_up(struct leaves *l)
{
	int times = atomic_fetch_add_explicit(
		&l->failures, 1, memory_order_relaxed);

	atomic_store_explicit(&l->pause, PAUSE << (times < 4 ? times : 4),
		memory_order_relaxed);
}

bool
prune_find(struct leaves *l, const float *centre, const float *x, size_t n,
	uint32_t *idx, float *score, float *work)
{
	size_t d = l->codes.panel.d;
	float *lanes = aligned(work), *rows = lanes + d * PANEL;
	struct near_vectors k = { .x = lanes };
	struct effort e = { 0, 0 };
	struct sight s;

	sight_init(&s, rows + d * PANEL);
	if (!worth_trying(l) || !survey(l, centre, x, n, lanes, &s))
		return false;
	sort_by_leaf(&s, n, l->codes.groups);
	for (size_t v = 0; v < n; v += PANEL) {
		size_t m = n - v < PANEL ? n - v : PANEL;
		const uint32_t *order = s.order + v;

		seat(l, centre, x, &s, order, m, rows, &k);
		seek(l, &k, s.leaf[order[0]], s.leaf[order[m - 1]], &e);
		if (v / PANEL + 1 >= TRIAL &&
			share(l, &e, v / PANEL + 1) > PAYS) {
			give_up(l);
			return false;
		}
		for (size_t lane = 0; lane < m; lane++) {
			idx[order[lane]] = k.idx[lane];
			if (score)
				score[order[lane]] = k.score[lane];
		}
	}
	atomic_store_explicit(&l->failures, 0, memory_order_relaxed);
	return true;
}
