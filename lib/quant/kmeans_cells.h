/*
 * kmeans_cells.h - the cells of a codebook: which vectors each code won, and
 * what follows from that alone.  Part of k-means.
 *
 * Shapes: x is [n, d], centre [k, d].  Sums are in double, in the order of the
 * vectors; every answer has the same bits for any pool.
 */
#ifndef QUANT_KMEANS_CELLS_H
#define QUANT_KMEANS_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"

struct kmeans_cells {
	const float *x;
	const float *w; /* [n] weights, above 0; NULL: 1 each */
	size_t n, d, k;
	uint32_t *idx;         /* [n] the code that won the vector */
	double *dist;          /* [n] its squared distance */
	uint32_t *was;         /* [n] idx when the means were last taken */
	size_t *first, *order; /* [k + 1], [n]: vectors sorted by code */
	unsigned char *stale;  /* [k] the cell is another than it was */
	size_t taken;          /* how often the means were taken */
};

/* x, and w where the caller sets it next, are borrowed until free. */
void kmeans_cells_init(
	struct kmeans_cells *c, const float *x, size_t n, size_t d, size_t k);
void kmeans_cells_free(struct kmeans_cells *c);

/* |a - b|^2 in double, in four sums: the order is fixed. */
double kmeans_cells_distance(const float *a, const float *b, size_t d);

/* |a|^2 likewise. */
double kmeans_cells_norm(const float *a, size_t d);

/* dist, for idx and these centres. */
void kmeans_cells_measure(
	struct kmeans_cells *c, const float *centre, struct pool *pool);

/* What vector v counts. */
double kmeans_cells_weight(const struct kmeans_cells *c, size_t v);

/* The weighted mean of dist. */
double kmeans_cells_error(const struct kmeans_cells *c);

/* Sort by idx, and set centre to the weighted means of the cells that changed since the
 * last call; that of an empty cell stays. */
void kmeans_cells_means(
	struct kmeans_cells *c, float *centre, struct pool *pool);

/* row [m]: the m <= n rows of the largest distances, the largest first, and of
 * equal ones the first.  O(n log m); no distance is below 0 or NaN. */
void kmeans_cells_worst(const double *dist, size_t n, size_t m, size_t *row);

/* After the means: every empty code takes one of the vectors that are served
 * worst, whatever they weigh, unless every distance is 0. */
void kmeans_cells_reseed(const struct kmeans_cells *c, float *centre);

#endif
