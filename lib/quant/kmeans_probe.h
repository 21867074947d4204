/*
 * kmeans_probe.h - do bounds pay?  Part of k-means.
 *
 * Bounds (kmeans_bounds.h) win where codes creep and vectors lie in clusters;
 * elsewhere a step by bounds costs more than a search.  What is decided here
 * changes time only, no result.
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

/*
 * The share of vectors x codes that a step would search if bounds were taken
 * at the codes `from`, and these then moved by three times the way to the
 * codes `to`: bounds pay when they last.  Where taking them would search more
 * than a third, that share.  Tried on one vector in 128.
 */
double kmeans_probe_share(const struct kmeans_cells *c, struct kmeans_groups *g,
	const float *from, const float *to, struct pool *pool);

#endif
