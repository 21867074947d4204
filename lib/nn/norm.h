/*
 * norm.h - layer norm (Ba, Kiros and Hinton 2016, arXiv 1607.06450).
 *
 *     y = gain (x - mean) / sqrt(var + 1e-5) + bias
 *
 * Mean and variance (divided by d) of each row of x [n, d], summed in double
 * in a fixed order; sqrt is the only function of libm.  So a row has the same
 * bits on any machine and in any batch.
 */
#ifndef NN_NORM_H
#define NN_NORM_H

#include <stddef.h>

#include "nn/params.h"
#include "util/pool.h"

struct norm {
	size_t d, gain, bias; /* rows of the params */
};

/* Add rows "NAME.weight" and "NAME.bias", [1, d] each. */
void norm_add(struct norm *l, struct params *p, enum param_group g,
	const char *name, size_t d);

/* Gain 1, bias 0. */
void norm_start(const struct norm *l, struct params *p);

/* Forward by p->w: in the calling thread, and on a pool.  y may be x. */
void norm_rows(const struct norm *l, const struct params *p, const float *x,
	size_t n, float *y);
void norm_forward(const struct norm *l, const struct params *p,
	struct pool *pool, const float *x, size_t n, float *y);

/* Of x as it went in.  dgain and dbias are added to p->g; dx += the gradient
 * by x.  The same bits for any pool. */
void norm_backward(const struct norm *l, struct params *p, struct pool *pool,
	const float *x, const float *dy, size_t n, float *dx);

/* The same in the calling thread, where part [2, d] += dgain, then dbias. */
void norm_back_rows(const struct norm *l, const struct params *p,
	const float *x, const float *dy, size_t n, float *part, float *dx);

#endif
