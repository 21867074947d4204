/*
 * moe_apply.h - the experts of a layer at work, and backward through it.
 *
 * Tokens are sorted by expert, each expert has one product (expert.h), and
 *
 *     y[v] = sum_c gate[v, c] out[v, c]
 */
#ifndef MODEL_MOE_APPLY_H
#define MODEL_MOE_APPLY_H

#include "model/moe_layer.h"

/* After moe_route_rows: y [n, d] = the layer's output, or is added to it. */
void moe_apply_rows(const struct moe_layer *l, struct moe_layer_work *w,
	size_t n, struct pool *pool, float *y, bool add);

/*
 * After moe_apply_rows with pre and hidden: of dy [n, d] the gradient of the
 * gates, dgate [n, s] (0 where dropped), and that of u, du [n, d], as far as
 * it goes through the experts; p->g += that of the experts.
 */
void moe_apply_backward(const struct moe_layer *l, struct moe_layer_work *w,
	size_t n, struct pool *pool, const float *dy, float *dgate, float *du);

#endif
