/*
 * kmeans.h - Lloyd's algorithm, with a start that is nearly there.
 *
 * Shapes: x is [n, d], centre [k, d]; n >= k >= 1.  All numbers are finite.
 * Every result has the same bits for any pool.
 *
 * Vectors may have weights w [n], finite and above 0: a weight of 2 is the
 * vector twice.  Without them (NULL) each counts once.
 */
#ifndef QUANT_KMEANS_H
#define QUANT_KMEANS_H

#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"
#include "util/rng.h"

struct kmeans {
	size_t k, iterations;
	double tolerance; /* stop when the error falls by less than this share */
};

/*
 * The start alone.  2 k vectors (or all) are drawn with probability
 * proportional to their weighted squared distance from those so far, one by one at
 * first (k-means++, Arthur and Vassilvitskii 2007), later a quarter of their
 * number at a time (as k-means||, Bahmani et al. 2012); the cells of these are
 * merged into k (kmeans_merge.h).
 */
void kmeans_seed(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	struct pool *pool, float *centre);
void kmeans_seed_weighted(const float *x, const float *w, size_t n, size_t d,
	size_t k, struct rng *r, struct pool *pool, float *centre);

/*
 * Improve centre; returns the mean squared distance at the last assignment
 * (a sum over dimensions, averaged over vectors by weight).  An empty code is re-seeded
 * from the vectors that are served worst.  Vectors whose winner cannot have
 * changed are not searched (kmeans_bounds.h), where that saves time.
 */
double kmeans_lloyd(const struct kmeans *o, const float *x, size_t n, size_t d,
	struct pool *pool, float *centre);

double kmeans_lloyd_weighted(const struct kmeans *o, const float *x,
	const float *w, size_t n, size_t d, struct pool *pool, float *centre);

/* The same bits by a full search in every iteration. */
double kmeans_lloyd_ref(const struct kmeans *o, const float *x, size_t n,
	size_t d, struct pool *pool, float *centre);

#endif
