/*
 * pairing.h - two tables of codes: which code of one is which of the other.
 *
 * Shapes: old is [k_old, d], now is [k, d].  Distances are Euclidean, in units
 * of the spread of old (spacing_spread), as those of spacing.h are shown.
 */
#ifndef STATS_PAIRING_H
#define STATS_PAIRING_H

#include <stddef.h>

#include "util/pool.h"

struct pairing {
	/* Whatever number a code has. */
	double matched; /* mean distance of a code of now to the nearest old */
	double mutual; /* pairs that are each other's nearest / min(k_old, k) */
	/* By number, over the first min(k_old, k) codes. */
	double moved, moved_most; /* mean and largest distance */
	double same;              /* share whose numbers are equal to the bit */
};

/*
 * The nearest codes are those of nearest.h: the lowest number among equals, so
 * that of equal codes one has a partner.  Distances are NaN where the codes of
 * old have no spread.  k_old, k and d are at least 1.  pool may be NULL; the
 * answer is the same for any.  O(k_old k d).
 */
struct pairing pairing_find(const float *old, size_t k_old, const float *now,
	size_t k, size_t d, struct pool *pool);

#endif
