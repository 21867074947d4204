/*
 * moe_usage.h - a loss that keeps a layer's codes in use.
 *
 *     weight (1 - H(mean_v p_v) / log K),
 *     p_v = softmax_j(-|u_v - Q_j|^2 / (2 T))
 *
 * with T the mean squared distance of the batch's u to their codes.  Only the
 * codebook learns from it (u and T are held): 0 where all codes have an even
 * share, weight where one has all.
 */
#ifndef MODEL_MOE_USAGE_H
#define MODEL_MOE_USAGE_H

#include "model/moe_layer.h"

/* The loss of n rows that were routed.  backward: add its gradient, where the
 * codebook learns by gradient and is not frozen. */
double moe_usage_loss(struct moe_layer *l, const struct moe_layer_work *w,
	size_t n, struct pool *pool, bool backward);

#endif
