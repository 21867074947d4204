/*
 * project.h - SimVQ's codebook: Q = C W^T + b (arXiv 2411.02038, eq. 5).
 *
 * c is [k, d_in], w [d, d_in], b [d] or NULL, q [k, d]; by row-wise products
 * (panel.h), so that Q has the same bits on every machine.
 */
#ifndef QUANT_PROJECT_H
#define QUANT_PROJECT_H

#include <stddef.h>

#include "util/pool.h"

struct project {
	size_t k, d_in, d;
	const float *c, *w, *b;
};

void project_table(const struct project *p, struct pool *pool, float *q);

#endif
