#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/nearest_prepare.h"
#include "quant/kmeans.h"
#include "quant/kmeans_bounds.h"
#include "quant/kmeans_probe.h"
#include "util/mem.h"

/* Bounds can pay from so many numbers in the codes, and iterations left: these,
 * more where vectors are few a code, and more for the share of vectors x codes
 * that is searched (kmeans_probe.h), as a search that prunes is as fast at
 * first.  Measured on 1,024 and 8,192 codes; only time depends on it. */
#define NUMBERS 16384
#define LEFT 8
#define LEFT_CODES 128 /* times k / n */
#define LEFT_SHARE 640 /* times the share */

struct lloyd {
	const struct kmeans *o;
	struct kmeans_cells c;
	struct nearest search;
	struct kmeans_groups g;
	struct kmeans_bounds b;
	float *old;   /* [k, d] the codes of the iteration before, or NULL */
	size_t probe; /* the iteration that asks next whether bounds pay */
	size_t steps; /* by these bounds */
	double searching; /* seconds of the last full search */
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
search(struct lloyd *l, const float *centre, struct pool *pool)
{
	struct kmeans_cells *c = &l->c;
	double start = now();

	nearest_prepare(&l->search, pool, centre, c->k, c->d);
	nearest_prune(&l->search, pool, centre);
	nearest_find_all(&l->search, pool, c->x, c->n, c->idx, NULL);
	kmeans_cells_measure(c, centre, pool);
	l->searching = now() - start;
}

/* Asked at iterations 4, 16, 64, ...: a probe costs most of an iteration. */
static bool
bounds_pay(struct lloyd *l, size_t i, const float *centre, struct pool *pool)
{
	double left = (double)(l->o->iterations - i) - LEFT -
		LEFT_CODES * (double)l->c.k / (double)l->c.n;

	if (!l->old || i != l->probe)
		return false;
	l->probe = 4 * i;
	if (left < 0 || !kmeans_probe_safe(&l->c, centre))
		return false;
	if (!l->g.k)
		kmeans_groups_init(
			&l->g, centre, l->c.k, l->c.d, KMEANS_PROBE_GROUPS);
	return LEFT_SHARE *
		kmeans_probe_share(&l->c, &l->g, l->old, centre, pool) <=
		left;
}

/* Bounds are dropped when they turn out slower; the first step, with coarse
 * ones, does not count. */
static void
step(struct lloyd *l, size_t i, const float *centre, struct pool *pool)
{
	double start = now();

	kmeans_bounds_step(&l->b, centre, pool);
	if (l->steps++ && now() - start > l->searching) {
		kmeans_bounds_free(&l->b);
		while (l->probe <= i)
			l->probe *= 4;
	}
}

/* Winners and distances of iteration i. */
static void
assign(struct lloyd *l, size_t i, const float *centre, struct pool *pool)
{
	if (l->b.c) {
		step(l, i, centre, pool);
		return;
	}
	search(l, centre, pool);
	if (bounds_pay(l, i, centre, pool)) {
		kmeans_bounds_init(&l->b, &l->c, &l->g, centre, pool);
		l->steps = 0;
	}
}

static double
run(struct lloyd *l, struct pool *pool, float *centre)
{
	size_t table = l->c.k * l->c.d * sizeof(*centre);
	double error = INFINITY, before;

	l->probe = 4;
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

/* l has its options and its cells. */
static double
lloyd(struct lloyd *l, struct pool *pool, float *centre)
{
	double error = run(l, pool, centre);

	kmeans_bounds_free(&l->b);
	kmeans_groups_free(&l->g);
	kmeans_cells_free(&l->c);
	nearest_free(&l->search);
	free(l->old);
	return error;
}

double
kmeans_lloyd(const struct kmeans *o, const float *x, size_t n, size_t d,
	struct pool *pool, float *centre)
{
	return kmeans_lloyd_weighted(o, x, NULL, n, d, pool, centre);
}

double
kmeans_lloyd_weighted(const struct kmeans *o, const float *x, const float *w,
	size_t n, size_t d, struct pool *pool, float *centre)
{
	struct lloyd l = { .o = o };

	kmeans_cells_init(&l.c, x, n, d, o->k);
	l.c.w = w;
	if (o->k * d >= NUMBERS)
		l.old = mem_floats(o->k * d);
	return lloyd(&l, pool, centre);
}

double
kmeans_lloyd_ref(const struct kmeans *o, const float *x, size_t n, size_t d,
	struct pool *pool, float *centre)
{
	struct lloyd l = { .o = o };

	kmeans_cells_init(&l.c, x, n, d, o->k);
	return lloyd(&l, pool, centre);
}
