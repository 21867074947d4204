#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/kmeans_bounds.h"
#include "quant/kmeans_probe.h"
#include "util/mem.h"

/* What a vector costs beside its products, in multiplications (measured with
 * 512 bits): any in a step by bounds, and for every group searched; a pair in
 * any search; and the probe, as a share of a full search. */
#define BOUNDS 5000
#define GROUP 1500
#define PAIR 8
#define PROBE 0.3

#define LEAD 3               /* steps that a bound should outlast */
#define SAMPLE ((size_t)128) /* one vector in so many, */
#define LEAST ((size_t)64)   /* but not fewer */

static bool
below(const float *x, size_t n, float limit)
{
	int above = 0;

	for (size_t i = 0; i < n; i++)
		above |= !(fabsf(x[i]) < limit);
	return !above;
}

bool
kmeans_probe_safe(const struct kmeans_cells *c, const float *centre)
{
	float limit = (float)sqrt(1e35 / (double)c->d);

	return below(c->x, c->n * c->d, limit) &&
		below(centre, c->k * c->d, limit);
}

static double
full_cost(const struct kmeans_cells *c)
{
	return (double)c->k * (double)(c->d + PAIR);
}

/* Of a step by bounds that searches this share of vectors x codes. */
static double
step_cost(const struct kmeans_cells *c, double share)
{
	double size =
		ceil((double)c->k / (KMEANS_PROBE_GROUPS * PANEL)) * PANEL;
	double group = GROUP + size * (double)(c->d + PAIR);

	return BOUNDS + share * (double)c->k / size * group;
}

/* Do bounds pay in `left` iterations, if the first searches everything and the
 * others this share? */
static bool
pay(const struct kmeans_cells *c, size_t left, double share)
{
	double full = full_cost(c), saved = full - step_cost(c, share);

	return (double)(left - 1) * saved >
		step_cost(c, 1) - full + PROBE * full;
}

bool
kmeans_probe_may_pay(const struct kmeans_cells *c, size_t left)
{
	return pay(c, left, 0);
}

bool
kmeans_probe_too_dear(const struct kmeans_cells *c, double searched)
{
	return step_cost(c, searched) > full_cost(c);
}

/* The share of vectors x codes that would be searched if bounds were taken at
 * the codes `from` and these moved on by LEAD times the way to `to`. */
static double
searched_share(const struct kmeans_cells *c, struct kmeans_groups *g,
	const float *from, const float *to, struct pool *pool)
{
	size_t n = c->n / SAMPLE, d = c->d;
	struct kmeans_bounds b;
	struct kmeans_cells s;
	double searched;
	float *x;

	n = n > LEAST ? n : LEAST;
	n = n < c->n ? n : c->n;
	x = mem_floats(n * d);
	for (size_t v = 0; v < n; v++)
		memcpy(x + v * d, c->x + v * (c->n / n) * d, d * sizeof(*x));
	kmeans_cells_init(&s, x, n, d, c->k);
	kmeans_bounds_init(&b, &s, g, from, pool);
	kmeans_bounds_step(&b, from, pool);
	b.lead = LEAD;
	kmeans_bounds_step(&b, to, pool);
	searched = b.searched;
	kmeans_bounds_free(&b);
	kmeans_cells_free(&s);
	free(x);
	return searched;
}

bool
kmeans_probe(const struct kmeans_cells *c, struct kmeans_groups *g,
	const float *from, const float *to, size_t left, struct pool *pool)
{
	return pay(c, left, searched_share(c, g, from, to, pool));
}
