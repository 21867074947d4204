/*
 * moe_probe.h - how alike a layer's experts are (DESIGN section 7).
 *
 * All experts of a layer at the same tokens.  similarity: the mean cosine of
 * two experts' outputs for one token, over all pairs and tokens.  rank: the
 * effective rank exp(H(s / sum s)) of all outputs [n E, D], each column less
 * its mean, s its singular values.  book_rank: the same of the codebook.
 */
#ifndef MODEL_MOE_PROBE_H
#define MODEL_MOE_PROBE_H

#include "model/moe.h"

struct moe_probe {
	double similarity; /* NaN with one expert */
	double expert_rank;
	double code_rank; /* NaN without a codebook */
};

/* u [n, width] is what the layer's experts see (work.layer[l].u). */
struct moe_probe moe_probe_layer(
	const struct moe_layer *l, const float *u, size_t n, struct pool *pool);

#endif
