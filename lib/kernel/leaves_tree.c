#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cpu.h"
#include "kernel/leaves_tree.h"
#include "util/mem.h"

/* Panels a leaf: small leaves prune more, but each costs a test. */
#define LEAF_PANELS(k) ((k) <= 2048 ? 2 : (k) <= 16384 ? 3 : 6)

#define SAMPLE 4096 /* codes that the directions are found on */
#define ROUNDS 6    /* of power iteration */

/* To a leaf: its number with this bit. */
#define LEAF LEAVES_MOST_CODES

struct leaves_node {
	float at; /* at most this: child[0] */
	uint32_t axis, child[2];
};

struct point {
	float f[NEAR_FEATURES];
	uint32_t row;
};

struct builder {
	struct leaves *l;
	const struct panel *codes;
	struct point *point;
	size_t most, nodes; /* panels a leaf */
};

/* Number i of code j. */
static float
number(const struct panel *p, size_t j, size_t i)
{
	return p->w[(j / PANEL * p->d + i) * PANEL + j % PANEL];
}

/* v = v - (v.u) u for the directions before it, to unit length (or zero). */
static void
orthonormal(double *v, size_t d, const float *u, size_t before)
{
	double norm = 0;

	for (size_t b = 0; b < before; b++) {
		double dot = 0;

		for (size_t i = 0; i < d; i++)
			dot += v[i] * (double)u[b * d + i];
		for (size_t i = 0; i < d; i++)
			v[i] -= dot * (double)u[b * d + i];
	}
	for (size_t i = 0; i < d; i++)
		norm += v[i] * v[i];
	norm = sqrt(norm);
	for (size_t i = 0; i < d; i++)
		v[i] = norm > 1e-30 ? v[i] / norm : 0;
}

/* About a principal direction, by power iteration: it need not be exact. */
static void
direction(const struct panel *p, float *u, size_t which)
{
	size_t d = p->d, step = p->rows / SAMPLE + 1;
	double *v = mem_alloc(d, sizeof(*v)), *next = mem_alloc(d, sizeof(*v));

	for (size_t i = 0; i < d; i++)
		v[i] = 1 / (double)(1 + (i + which) % d);
	orthonormal(v, d, u, which);
	for (int round = 0; round < ROUNDS; round++) {
		memset(next, 0, d * sizeof(*next));
		for (size_t j = 0; j < p->rows; j += step) {
			double dot = 0;

			for (size_t i = 0; i < d; i++)
				dot += v[i] * (double)number(p, j, i);
			for (size_t i = 0; i < d; i++)
				next[i] += dot * (double)number(p, j, i);
		}
		orthonormal(next, d, u, which);
		memcpy(v, next, d * sizeof(*v));
	}
	/* Once more: what cancellation left of the first. */
	orthonormal(v, d, u, which);
	for (size_t i = 0; i < d; i++)
		u[which * d + i] = (float)v[i];
	free(v);
	free(next);
}

static struct point *
features(const struct leaves *l, const struct panel *p)
{
	struct point *point = mem_alloc(p->count * PANEL, sizeof(*point));
	float out[5 * PANEL] __attribute__((aligned(64)));

	for (size_t b = 0; b < p->count; b++) {
		cpu_panel_ops()->features(l->u, p->d, l->codes.head,
			p->w + b * p->d * PANEL, out);
		for (size_t lane = 0; lane < PANEL; lane++)
			point[b * PANEL + lane] = (struct point){
				{ out[lane], out[PANEL + lane],
					sqrtf(out[2 * PANEL + lane]) },
				(uint32_t)(b * PANEL + lane)
			};
	}
	return point;
}

static uint32_t
widest(const struct point *p, size_t n)
{
	uint32_t best = 0;
	double most = -1;

	for (uint32_t a = 0; a < NEAR_FEATURES; a++) {
		double sum = 0, square = 0, spread;

		for (size_t i = 0; i < n; i++) {
			sum += (double)p[i].f[a];
			square += (double)p[i].f[a] * (double)p[i].f[a];
		}
		spread = square - sum * sum / (double)n;
		if (spread > most) {
			most = spread;
			best = a;
		}
	}
	return best;
}

/* Let the `left` smallest on the axis come first (Hoare's selection). */
static void
divide(struct point *p, size_t n, size_t left, uint32_t axis)
{
	size_t from = 0, to = n;

	while (to - from > 1) {
		float pivot = p[from + (to - from) / 2].f[axis];
		size_t i = from, j = to - 1;

		for (;; i++, j--) {
			struct point swap;

			while (p[i].f[axis] < pivot)
				i++;
			while (p[j].f[axis] > pivot)
				j--;
			if (i >= j)
				break;
			swap = p[i];
			p[i] = p[j];
			p[j] = swap;
		}
		/* from .. i: at most the pivot; i .. to: at least. */
		if (left <= i)
			to = i;
		else
			from = i + (i == from);
	}
}

static void
leaf(struct builder *t, const struct point *p, size_t n, size_t b)
{
	struct near_codes *c = &t->l->codes;

	for (size_t i = 0; i < n; i++)
		c->row[b * PANEL + i] = p[i].row;
	c->first[c->groups++] = b;
}

/* The tree of n points from panel b on; returns where it begins. */
static uint32_t
grow(struct builder *t, struct point *p, size_t n, size_t b)
{
	size_t panels = (n + PANEL - 1) / PANEL, half, left;
	struct leaves_node *node;
	uint32_t self, child;

	if (panels <= t->most) {
		leaf(t, p, n, b);
		return (uint32_t)(t->l->codes.groups - 1) | LEAF;
	}
	half = (panels + 1) / 2;
	left = half * PANEL;
	self = (uint32_t)t->nodes++;
	node = &t->l->node[self];
	node->axis = widest(p, n);
	divide(p, n, left, node->axis);
	node->at = -INFINITY;
	for (size_t i = 0; i < left; i++)
		node->at = fmaxf(node->at, p[i].f[node->axis]);
	child = grow(t, p, left, b);
	node->child[0] = child;
	child = grow(t, p + left, n - left, b + half);
	node->child[1] = child;
	return self;
}

/* The tree, and which codes are in its leaves. */
void
leaves_tree_plant(struct leaves *l, const struct panel *codes)
{
	struct builder t = {
		.l = l, .codes = codes, .most = LEAF_PANELS(codes->rows)
	};

	if (!l->node)
		l->node = mem_alloc(codes->count, sizeof(*l->node));
	direction(codes, l->u, 0);
	direction(codes, l->u, 1);
	t.point = features(l, codes);
	l->codes.groups = 0;
	grow(&t, t.point, codes->rows, 0);
	l->codes.first[l->codes.groups] = codes->count;
	free(t.point);
	for (size_t i = 0; i < NEAR_FEATURES * l->codes.stride; i++) {
		l->codes.lo[i] = INFINITY; /* no leaf: beyond any reach */
		l->codes.hi[i] = -INFINITY;
	}
}

uint32_t
leaves_tree_find(const struct leaves *l, const float *feature)
{
	uint32_t at = l->codes.groups > 1 ? 0 : LEAF;

	while (!(at & LEAF)) {
		const struct leaves_node *n = &l->node[at];

		at = n->child[feature[n->axis] > n->at];
	}
	return at & ~LEAF;
}
