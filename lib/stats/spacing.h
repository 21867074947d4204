/*
 * spacing.h - how near the codes of a table lie to one another.
 *
 * Shapes: x is [k, d].
 */
#ifndef STATS_SPACING_H
#define STATS_SPACING_H

#include <stddef.h>

#include "util/pool.h"

/* Products that a search may take: some ten seconds of a core. */
#define SPACING_PRODUCTS 1e12

struct spacing {
	size_t asked; /* codes whose nearest other code was looked for */
	double least, median; /* of their distances to it; NaN where k < 2 */
};

/* The Euclidean distance of a [d] and b [d], summed in double. */
double spacing_between(const float *a, const float *b, size_t d);

/*
 * Euclidean distances to the nearest other code by nearest.h, so that one
 * another code may be nearer by what nearest.h says.  All codes are asked
 * where k k d is at most SPACING_PRODUCTS, else as many as that allows, evenly
 * spread.  pool may be NULL; the answer is the same for any.
 */
struct spacing spacing_near(
	const float *x, size_t k, size_t d, struct pool *pool);

/*
 * Rows of x that are equal in value to another one that goes before them: that
 * of the lower cost [k], or of the lower index among equals.  cost may be
 * NULL.
 */
size_t spacing_equal(const float *x, const float *cost, size_t k, size_t d);

/* The root mean square distance of the rows from their mean. */
double spacing_spread(const float *x, size_t k, size_t d);

#endif
