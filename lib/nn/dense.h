/*
 * dense.h - a linear layer, y = W x + b.
 *
 * Shapes: x is [n, in], y is [n, out], W is [out, in], b is [out].  Forward is
 * the row-wise chain of kernel/panel.h: what it gives may decide a route, so
 * it has the same bits on any machine and for any split of the rows.  Backward
 * is BLAS in fixed chunks: the same bits for any pool on one machine.
 */
#ifndef NN_DENSE_H
#define NN_DENSE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/panel.h"
#include "nn/params.h"
#include "util/pool.h"
#include "util/rng.h"

#define DENSE_NONE ((size_t)-1)

struct dense {
	size_t in, out;
	size_t weight;      /* row of the params */
	size_t bias;        /* the same, or DENSE_NONE */
	struct panel panel; /* the weights as they were when packed */
};

/* Add rows "NAME.weight" [out, in] and, with bias, "NAME.bias" [1, out]. */
void dense_add(struct dense *l, struct params *p, enum param_group g,
	const char *name, size_t in, size_t out, bool bias);

/* W uniform in +-1/sqrt(in), b zero. */
void dense_random(const struct dense *l, struct params *p, struct rng *r);

/* Lay out p->w for forward: once before it, and again when the weights have
 * changed.  The memory stays the layer's until dense_free. */
void dense_pack(struct dense *l, const struct params *p);
void dense_free(struct dense *l);

/* Forward: in the calling thread, and on a pool. */
void dense_rows(const struct dense *l, const float *x, size_t n, float *y);
void dense_forward(const struct dense *l, struct pool *pool, const float *x,
	size_t n, float *y);

/* dW += dy^T x and db += dy into p->g;  dx += dy W unless dx is NULL.  Reads
 * W in p->w, not the panel. */
void dense_backward(const struct dense *l, struct params *p, struct pool *pool,
	const float *x, const float *dy, size_t n, float *dx);

#endif
