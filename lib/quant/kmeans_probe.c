#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "quant/kmeans_bounds.h"
#include "quant/kmeans_probe.h"
#include "util/mem.h"

#define LEAD 3               /* steps that a bound should outlast */
#define COARSE 0.35          /* share of a first step that is too much */
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

/* Some vectors as cells; the copy of them is the caller's. */
static float *
sample(const struct kmeans_cells *c, struct kmeans_cells *s)
{
	size_t n = c->n / SAMPLE, d = c->d;
	float *x;

	n = n > LEAST ? n : LEAST;
	n = n < c->n ? n : c->n;
	x = mem_floats(n * d);
	for (size_t v = 0; v < n; v++)
		memcpy(x + v * d, c->x + v * (c->n / n) * d, d * sizeof(*x));
	kmeans_cells_init(s, x, n, d, c->k);
	return x;
}

double
kmeans_probe_share(const struct kmeans_cells *c, struct kmeans_groups *g,
	const float *from, const float *to, struct pool *pool)
{
	struct kmeans_bounds b = { 0 };
	struct kmeans_cells s;
	float *x = sample(c, &s);
	struct nearest search;
	double searched;

	nearest_init(&search, from, c->k, c->d);
	nearest_find_all(&search, pool, x, s.n, s.idx, NULL);
	nearest_free(&search);
	kmeans_cells_measure(&s, from, pool);
	kmeans_bounds_init(&b, &s, g, from, pool);
	kmeans_bounds_step(&b, from, pool);
	if (b.searched < COARSE) {
		b.lead = LEAD;
		kmeans_bounds_step(&b, to, pool);
	}
	searched = b.searched;
	kmeans_bounds_free(&b);
	kmeans_cells_free(&s);
	free(x);
	return searched;
}
