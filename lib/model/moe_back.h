/*
 * moe_back.h - losses of a layer's own, and the gradients of all it has.
 *
 *     vq_weight (|q - sg u|^2 + beta |sg q - u|^2)   mean over n and d
 *     balance E sum_j F_j P_j                        F_j: share of the n t
 *         assignments of the continuous path before any is dropped, P_j the
 *         mean of p_j; `balance` at perfect balance for any t
 *         (a hybrid's F_j has the tokens that go by code too: the gate makes
 *         up for what they leave uneven)
 *     z_loss mean(logsumexp(s)^2)
 *
 * Balance and z-loss are of routers that choose by their own softmax: not of
 * biased, of the discrete path, or of frozen ones.
 */
#ifndef MODEL_MOE_BACK_H
#define MODEL_MOE_BACK_H

#include "model/moe_layer.h"

/* Weighted, as they stand in the sum. */
struct moe_back_loss {
	double vq, balance, z;
};

/* The losses alone, of a batch that was routed. */
struct moe_back_loss moe_back_losses(
	const struct moe_layer *l, const struct moe_layer_work *w, size_t n);

/*
 * After moe_apply_rows with pre and hidden, of dy [n, d] the gradient of the
 * layer's output y: dh += the gradient of h by way of this layer (dy itself,
 * the residual's, is the caller's), ps->g += those of the weights.
 */
void moe_back_layer(struct moe_layer *l, struct moe_layer_work *w, size_t n,
	struct pool *pool, const float *dy, float *dh);

#endif
