/*
 * attention.h - multi-head self-attention (Vaswani et al. 2017, arXiv
 * 1706.03762, eq. 1) of all rows to all rows.
 *
 *     out_v = sum_u p_vu value_u,   p_v = softmax_u(query_v . key_u / sqrt(m))
 *
 * in each head by itself, m = width / heads numbers of each vector.  Shapes: in
 * [n, 3 width] is queries, keys and values side by side; out [n, width].  heads
 * divides width.  By BLAS in fixed chunks, the same bits for any pool on one
 * machine: for training only.  O(n^2 width) work, O(n) memory a task.
 */
#ifndef NN_ATTENTION_H
#define NN_ATTENTION_H

#include <stddef.h>

#include "util/pool.h"

struct attention {
	size_t width, heads;
};

void attention_forward(const struct attention *a, struct pool *pool,
	const float *in, size_t n, float *out);

/* Of in as it went in: din [n, 3 width] takes the gradient by it. */
void attention_backward(const struct attention *a, struct pool *pool,
	const float *in, const float *dout, size_t n, float *din);

#endif
