/*
 * kmeans_probe.h - do bounds pay?  Part of k-means.
 *
 * Bounds (kmeans_bounds.h) win where codes creep and vectors lie in clusters;
 * elsewhere a step by bounds costs more than a full search.  What is decided
 * here changes time only, no result.
 */
#ifndef QUANT_KMEANS_PROBE_H
#define QUANT_KMEANS_PROBE_H

#include <stdbool.h>

#include "quant/kmeans_cells.h"
#include "quant/kmeans_groups.h"

/* Groups of codes, at most: 256 bytes of bounds a vector. */
#define KMEANS_PROBE_GROUPS 64

/* Are the squares of all numbers far from overflow?  If not, no bounds. */
bool kmeans_probe_safe(const struct kmeans_cells *c, const float *centre);

/* Could bounds pay in `left` >= 1 iterations, the first of which takes them,
 * if codes hardly moved? */
bool kmeans_probe_may_pay(const struct kmeans_cells *c, size_t left);

/* Do they, for codes that just moved `from` - `to`?  Tried on one vector in
 * 128. */
bool kmeans_probe(const struct kmeans_cells *c, struct kmeans_groups *g,
	const float *from, const float *to, size_t left, struct pool *pool);

/* Would a full search have been cheaper than a step by bounds that searched
 * this share of vectors x codes? */
bool kmeans_probe_too_dear(const struct kmeans_cells *c, double searched);

#endif
