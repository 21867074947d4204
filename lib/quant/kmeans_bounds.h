/*
 * kmeans_bounds.h - the winners of Lloyd's next iteration without a search of
 * all codes: bounds by groups of codes (Ding et al. 2015, "Yinyang k-means").
 *
 * For every vector and every group a lower bound on the distance to the
 * group's codes, the winner apart, is kept.  When the codes move, it falls by
 * the largest move in the group; a group whose bound stays above the distance
 * to the old winner cannot hold the new one.  The others are searched.
 *
 * Rounding is part of the bounds, so winners have the same bits as those of
 * nearest.h.  With eps = 2^-24, x and c centred and rounded by the search and
 * s its score, | |x|^2 - 2 s - true squared distance | is at most
 *
 *     (2 (d + 1) + 4) eps (|x|^2 + |c|^2), to first order:
 *
 * the chain of d + 1 roundings (nearest.h), twice, and centring.  Twice that
 * is what the code allows for, and 2^-130 where squares underflow.
 */
#ifndef QUANT_KMEANS_BOUNDS_H
#define QUANT_KMEANS_BOUNDS_H

#include "quant/kmeans_cells.h"
#include "quant/kmeans_groups.h"

struct kmeans_bounds {
	struct kmeans_cells *c; /* NULL: not in use */
	struct kmeans_groups *g;
	size_t stride;        /* groups, rounded up */
	float *low;           /* [n, stride] bound + drift when it was taken */
	double *drift;        /* [stride] how far each group has moved */
	float *drift_above;   /* [stride] the same, rounded up */
	float *old;           /* [k, d] codes of the last step */
	unsigned char *moved; /* [k] since then */
	double lead;          /* drift is taken so many times */
	double searched;      /* share of vectors x codes in the last step */
};

/* From c->idx and c->dist, which belong to these codes: a code farther from
 * the winner than twice the vector's distance cannot be nearer.  Costs about
 * three searches for k vectors.  c and g are borrowed until free. */
void kmeans_bounds_init(struct kmeans_bounds *b, struct kmeans_cells *c,
	struct kmeans_groups *g, const float *centre, struct pool *pool);
void kmeans_bounds_free(struct kmeans_bounds *b);

/* c->idx and c->dist for these codes; there it finds those of the last. */
void kmeans_bounds_step(
	struct kmeans_bounds *b, const float *centre, struct pool *pool);

#endif
