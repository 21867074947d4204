/*
 * conv.h - depthwise convolution of tokens on grids: each channel by itself.
 *
 * Shapes: x and y are [n, d] on a grid, W is [kh kw, d], b is [d];
 *
 *     y[i, j] = b + sum over ky, kx of W[ky kw + kx] x[i + ky - kh / 2,
 *                                                     j + kx - kw / 2]
 *
 * with zeros around the grid.  Forward is the chain of kernel/depthwise.h: the
 * same bits on any machine and for any split of the lines; a line is a row of
 * a grid, there are count h of them.
 */
#ifndef NN_CONV_H
#define NN_CONV_H

#include "nn/grid.h"
#include "nn/params.h"
#include "util/pool.h"
#include "util/rng.h"

#define CONV_MOST 63 /* kh and kw: odd, and not above it */

struct conv {
	size_t d, kh, kw;
	size_t weight, bias; /* rows of the params */
};

/* Add rows "NAME.weight" [kh kw, d] and "NAME.bias" [1, d]. */
void conv_add(struct conv *l, struct params *p, enum param_group g,
	const char *name, size_t d, size_t kh, size_t kw);

/* W uniform in +-1/sqrt(kh kw), b zero. */
void conv_random(const struct conv *l, struct params *p, struct rng *r);

/* Some lines of y, in the calling thread; y is where the first of them goes. */
void conv_lines(const struct conv *l, const struct params *p, struct grid g,
	const float *x, size_t first, size_t lines, float *y);

/* On a pool. */
void conv_forward(const struct conv *l, const struct params *p,
	struct pool *pool, struct grid g, const float *x, float *y);

/* dW and db += into p->g;  dx += .  The same bits for any pool. */
void conv_backward(const struct conv *l, struct params *p, struct pool *pool,
	struct grid g, const float *x, const float *dy, float *dx);

#endif
