/*
 * kmeans.h - Lloyd's algorithm with a D^2 start.
 *
 * Shapes: x is [n, d], centre [k, d]; n >= k >= 1.  The start draws vectors
 * with probability proportional to their squared distance from the centres so
 * far: one by one at first (k-means++), later an eighth of their number at a
 * time (as k-means||, Bahmani et al. 2012).  An empty code is re-seeded from
 * the vectors that are served worst.  The result has the same bits for any pool.
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

/* The start alone. */
void kmeans_seed(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	struct pool *pool, float *centre);

/* Improve centre; returns the mean squared distance at the last assignment
 * (a sum over dimensions, averaged over vectors). */
double kmeans_lloyd(const struct kmeans *o, const float *x, size_t n, size_t d,
	struct pool *pool, float *centre);

#endif
