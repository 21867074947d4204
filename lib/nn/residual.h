/*
 * residual.h - a block of a convolutional network (ConvNeXt; Liu et al. 2022,
 * arXiv 2201.03545, figure 4):
 *
 *     y = x + s (W2 gelu(W1 LN(conv(x)) + b1) + b2)
 *
 * Shapes: x, y [n, width] on a grid; conv depthwise; W1 [4 width, width],
 * W2 [width, 4 width]; s [width], number by number.  Forward has the same bits
 * on any machine and for any split of the lines; backward goes by
 * fixed parts of the batch: the same bits for any pool.
 */
#ifndef NN_RESIDUAL_H
#define NN_RESIDUAL_H

#include "nn/conv.h"
#include "nn/dense.h"
#include "nn/norm.h"

#define RESIDUAL_WIDER ((size_t)4) /* numbers between the maps, of one */

struct residual {
	struct conv conv;
	struct norm norm;
	struct dense up, down;
	size_t scale; /* row of the params */
};

/* What forward leaves for backward. */
struct residual_kept {
	float *a; /* [n, width] conv(x) */
	float *h; /* [n, 4 width] W1 LN(a) + b1 */
};

/* Rows NAME.conv.*, .norm.*, .up.*, .down.* and .scale [1, width]. */
void residual_add(struct residual *b, struct params *p, enum param_group g,
	const char *name, size_t width, size_t kh, size_t kw);

/* Layers at random as each does it, the scale 0.1. */
void residual_start(const struct residual *b, struct params *p, struct rng *r);

/* Lay out p->w for forward, as dense_pack does. */
void residual_pack(struct residual *b, const struct params *p);
void residual_free(struct residual *b);

/* Room for n rows: floats of `work` for residual_rows. */
size_t residual_rows_work(const struct residual *b, size_t n);

/* x += s (W2 gelu(W1 LN(a) + b1) + b2) for n rows, in the calling thread:
 * what is behind the convolution. */
void residual_rows(const struct residual *b, const struct params *p,
	const float *a, size_t n, float *work, float *x);

/* Floats of `work` that forward and backward want on a pool. */
size_t residual_work(const struct residual *b, const struct pool *pool);

/* x to y, other memory. */
void residual_forward(const struct residual *b, const struct params *p,
	struct pool *pool, struct grid g, const float *x,
	const struct residual_kept *kept, float *work, float *y);

/* After forward: adds to p->g; dy becomes the gradient by x.  kept is
 * overwritten. */
void residual_backward(const struct residual *b, struct params *p,
	struct pool *pool, struct grid g, const float *x,
	const struct residual_kept *kept, float *work, float *dy);

#endif
