/*
 * basis_cond.h - a table that depends on the code of the stage before:
 *
 *     Q_g = C W_g^T + b_g,   g = variant[code of the stage before]
 *
 * The codes of the stage before are put into 16 groups (or as many as there
 * are codes) by k-means of its table at the start, and stay there.  Codes in
 * one group are neighbours, and what they leave over is alike; so each group
 * may turn, stretch and shift one table to what it leaves.  All groups start
 * alike.  In the first stage it is basis_linear.h.
 */
#ifndef QUANT_BASIS_COND_H
#define QUANT_BASIS_COND_H

#include "quant/basis.h"

extern const struct basis basis_cond;

/* l->variant from the table before [l->before, d] of the stage before. */
void basis_cond_group(struct learner *l, const float *before, struct rng *r,
	struct pool *pool);

#endif
