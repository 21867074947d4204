#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "quant/kmeans.h"
#include "quant/kmeans_bounds.h"
#include "quant/kmeans_probe.h"
#include "util/mem.h"

struct lloyd {
	const struct kmeans *o;
	struct kmeans_cells c;
	struct kmeans_groups g;
	struct kmeans_bounds b;
	float *old;   /* [k, d] the codes of the iteration before, or NULL */
	size_t probe; /* the iteration that asks next whether bounds pay */
};

static void
search(struct kmeans_cells *c, const float *centre, struct pool *pool)
{
	struct nearest s;

	nearest_init(&s, centre, c->k, c->d);
	nearest_find_all(&s, pool, c->x, c->n, c->idx, NULL);
	nearest_free(&s);
	kmeans_cells_measure(c, centre, pool);
}

/* Asked at iterations 1, 2, 4, 8, ...: hostile data cost a few probes. */
static bool
bounds_pay(struct lloyd *l, size_t i, const float *centre, struct pool *pool)
{
	size_t left = l->o->iterations - i;

	if (!l->old || i != l->probe || !kmeans_probe_may_pay(&l->c, left))
		return false;
	l->probe = 2 * i;
	if (!kmeans_probe_safe(&l->c, centre))
		return false;
	if (!l->g.k)
		kmeans_groups_init(
			&l->g, centre, l->c.k, l->c.d, KMEANS_PROBE_GROUPS);
	return kmeans_probe(&l->c, &l->g, l->old, centre, left, pool);
}

/* Winners and distances of iteration i. */
static void
assign(struct lloyd *l, size_t i, const float *centre, struct pool *pool)
{
	bool taken = l->b.c != NULL;

	if (!taken && bounds_pay(l, i, centre, pool))
		kmeans_bounds_init(&l->b, &l->c, &l->g, centre, pool);
	if (!l->b.c) {
		search(&l->c, centre, pool);
		return;
	}
	kmeans_bounds_step(&l->b, centre, pool);
	if (taken && kmeans_probe_too_dear(&l->c, l->b.searched))
		kmeans_bounds_free(&l->b);
}

static double
run(struct lloyd *l, struct pool *pool, float *centre)
{
	size_t table = l->c.k * l->c.d * sizeof(*centre);
	double error = INFINITY, before;

	l->probe = 1;
	for (size_t i = 0; i < l->o->iterations; i++) {
		before = error;
		assign(l, i, centre, pool);
		error = kmeans_cells_error(&l->c);
		if (before - error < l->o->tolerance * before && i > 0 &&
			isfinite(before))
			break;
		if (l->old)
			memcpy(l->old, centre, table);
		kmeans_cells_means(&l->c, centre, pool);
		kmeans_cells_reseed(&l->c, centre);
	}
	return error;
}

static double
lloyd(const struct kmeans *o, const float *x, size_t n, size_t d, bool bounds,
	struct pool *pool, float *centre)
{
	struct lloyd l = { .o = o };
	double error;

	kmeans_cells_init(&l.c, x, n, d, o->k);
	if (bounds)
		l.old = mem_floats(o->k * d);
	error = run(&l, pool, centre);
	kmeans_bounds_free(&l.b);
	kmeans_groups_free(&l.g);
	kmeans_cells_free(&l.c);
	free(l.old);
	return error;
}

double
kmeans_lloyd(const struct kmeans *o, const float *x, size_t n, size_t d,
	struct pool *pool, float *centre)
{
	return lloyd(o, x, n, d, true, pool, centre);
}

double
kmeans_lloyd_ref(const struct kmeans *o, const float *x, size_t n, size_t d,
	struct pool *pool, float *centre)
{
	return lloyd(o, x, n, d, false, pool, centre);
}
