/*
 * loss.h - losses of a batch, and their gradients.
 *
 * Both are means over the n >= 1 rows, summed in double by fixed chunks: the
 * same bits for any pool.  The gradient is that of the mean; where it goes may
 * be NULL, or the array of outputs itself.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"

/*
 * Cross-entropy in nats, -log softmax(logits)[target]: logits and dlogits
 * [n, c], target [n] below c.  *right (unless NULL) counts the rows whose
 * largest logit is the target's; among equals the lowest is the largest.
 */
double loss_classes(struct pool *pool, const float *logits,
	const uint32_t *target, size_t n, size_t c, float *dlogits,
	size_t *right);

/* |out - target|^2, the sum over o; all [n, o]. */
double loss_squares(struct pool *pool, const float *out, const float *target,
	size_t n, size_t o, float *dout);

#endif
