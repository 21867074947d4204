/*
 * basis_linear.h - Q = C W^T + b (Zhu et al. 2024, arXiv 2411.02038, eq. 5),
 * by itself and as a part of the other bases.
 *
 * There are l->tables matrices W [tables, d, d] and shifts b [tables, d], so
 * that Q is [tables, k, d]; one of each but for conditional codebooks.  Where
 * there are several, the code of the stage before chooses: l->variant.
 */
#ifndef QUANT_BASIS_LINEAR_H
#define QUANT_BASIS_LINEAR_H

#include "quant/basis.h"

extern const struct basis basis_linear;

/* Rows embedding.weight (C), embedding_proj.weight, embedding_proj.bias; C is
 * sparse where a step's gradient is only in the rows that won. */
void basis_linear_add(
	struct learner *l, const char *prefix, size_t tables, bool sparse);

/* C = q - mean, W = I, b = mean; without a bias C = q. */
void basis_linear_start(struct learner *l, const float *q);

/* C ~ N(0, 1/d); W and b uniform in +-1/sqrt(d), as a linear layer; all tables
 * start alike. */
void basis_linear_random(struct learner *l, struct rng *r);

void basis_linear_read(
	const struct learner *l, float *block, struct pool *pool, float *q);

/* q = W c + b with c = C[idx]:
 * dW += dq^T c;  db += dq;  dC[idx] += dq W */
void basis_linear_backward(struct learner *l, struct pool *pool,
	const uint32_t *idx, const float *dq, size_t n);

/* codebook [tables * k, d], and the rows of above. */
void basis_linear_save(const struct learner *l, float *block, const float *q,
	const char *prefix, struct record *to);

#endif
