/*
 * transformer.h - one layer of a transformer (Vaswani et al. 2017), with layer
 * norm before each part (Xiong et al. 2020, arXiv 2002.04745):
 *
 *     m = x + J attention(A norm1(x) + a) + j
 *     y = m + F2 gelu(F1 norm2(m) + f1) + f2          F1 [4 width, width]
 *
 * All rows of x [n, width] attend to all.  For training only (attention.h).
 */
#ifndef NN_TRANSFORMER_H
#define NN_TRANSFORMER_H

#include "nn/attention.h"
#include "nn/dense.h"
#include "nn/norm.h"

struct transformer {
	struct attention attention;
	struct norm norm1, norm2;
	struct dense split, join, fc1, fc2; /* split: queries, keys, values */
};

/* What forward leaves for backward: rows [n, ...]. */
struct transformer_work {
	size_t n;
	float *x, *a, *in, *out, *m, *b, *h, *g;
};

/* Rows NAME.norm1.*, .split.*, .join.*, .norm2.*, .fc1.*, .fc2.*. */
void transformer_add(struct transformer *l, struct params *p,
	enum param_group g, const char *name, size_t width, size_t heads);

/* Dense layers as dense_random, norms as norm_start. */
void transformer_random(
	const struct transformer *l, struct params *p, struct rng *r);

void transformer_work_init(
	struct transformer_work *w, const struct transformer *l, size_t n);
void transformer_work_free(struct transformer_work *w);

/* w->x to y [n, width], by p->w. */
void transformer_forward(const struct transformer *l, const struct params *p,
	struct pool *pool, struct transformer_work *w, float *y);

/* After forward: adds to p->g; dy [n, width] becomes the gradient by x. */
void transformer_backward(const struct transformer *l, struct params *p,
	struct pool *pool, struct transformer_work *w, float *dy);

#endif
