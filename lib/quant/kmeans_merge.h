/*
 * kmeans_merge.h - fewer centres out of many, by merging pairs of cells.
 *
 * Two cells of a and b vectors whose means are c and e apart by |c - e| cost
 * a b / (a + b) |c - e|^2 more squared error as one (Ward 1963; as codebook
 * design: Equitz 1989, "A new vector quantization clustering algorithm").
 * Merged are the cheapest pairs of nearest neighbours, a tenth of the cells a
 * round, each cell at most once in it.
 */
#ifndef QUANT_KMEANS_MERGE_H
#define QUANT_KMEANS_MERGE_H

#include <stddef.h>

#include "util/pool.h"

/*
 * mean [have, d] and count [have], all counts above 0, become k of them
 * (have >= k >= 1).  The same bits for any pool.
 */
void kmeans_merge(float *mean, double *count, size_t have, size_t d, size_t k,
	struct pool *pool);

#endif
