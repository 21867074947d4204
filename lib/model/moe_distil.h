/*
 * moe_distil.h - a linear router that learns another's choice (StableMoE,
 * arXiv 2204.08396): logistic regression on features x [n, d].
 */
#ifndef MODEL_MOE_DISTIL_H
#define MODEL_MOE_DISTIL_H

#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"
#include "util/rng.h"

/* w [e, d] and b [e] are written; returns the share of rows whose largest
 * score is choice [n]'s. */
double moe_distil_router(const float *x, const uint32_t *choice, size_t n,
	size_t d, size_t e, struct pool *pool, struct rng *r, float *w,
	float *b);

#endif
