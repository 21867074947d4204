#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/nearest.h"
#include "quant/kmeans.h"
#include "quant/kmeans_bounds.h"
#include "quant/kmeans_probe.h"
#include "util/mem.h"

/* Bounds can pay from so many numbers in the codes and iterations left, more
 * of these where vectors are few a code, and below this share of vectors x
 * codes (kmeans_probe.h): where a search prunes well it is as fast at first.
 * Measured on 1,024 and 8,192 codes; nothing but time depends on it. */
#define NUMBERS 16384
#define LEFT 12
#define LEFT_CODES 128 /* times k / n */
#define SHARE 0.05

struct lloyd {
	const struct kmeans *o;
	struct kmeans_cells c;
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
search(struct kmeans_cells *c, const float *centre, struct pool *pool)
{
	struct nearest s;

	nearest_init(&s, centre, c->k, c->d);
	nearest_prune(&s);
	nearest_find_all(&s, pool, c->x, c->n, c->idx, NULL);
	nearest_free(&s);
	kmeans_cells_measure(c, centre, pool);
}

/* Asked at iterations 1, 2, 4, 8, ...: hostile data cost a few probes. */
static bool
bounds_pay(struct lloyd *l, size_t i, const float *centre, struct pool *pool)
{
	if (!l->old || i != l->probe)
		return false;
	l->probe = 2 * i;
	if (l->o->iterations - i < LEFT + LEFT_CODES * l->c.k / l->c.n ||
		!kmeans_probe_safe(&l->c, centre))
		return false;
	if (!l->g.k)
		kmeans_groups_init(
			&l->g, centre, l->c.k, l->c.d, KMEANS_PROBE_GROUPS);
	return kmeans_probe_share(&l->c, &l->g, l->old, centre, pool) < SHARE;
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
			l->probe *= 2;
	}
}

/* Winners and distances of iteration i. */
static void
assign(struct lloyd *l, size_t i, const float *centre, struct pool *pool)
{
	double start = now();

	if (l->b.c) {
		step(l, i, centre, pool);
		return;
	}
	search(&l->c, centre, pool);
	l->searching = now() - start;
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
	if (bounds && o->k * d >= NUMBERS)
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
