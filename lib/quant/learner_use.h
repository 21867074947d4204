/*
 * learner_use.h - how often codes win in training, and the bits that they cost
 * for it: entropy-constrained VQ (Chou, Lookabaugh and Gray 1989) in steps.
 *
 * use [k] is a moving average of the vectors that each code wins of a batch of
 * B = l->batch, so their sum is B.  A code costs
 *
 *     bits_j = -log2 ((use_j + 1/k) / (B + 1))
 *
 * the length of its word in an ideal code for these shares, smoothed as if one
 * more vector had been dealt to all codes evenly.  The average keeps
 * 1 - min(0.01, B / (50 k)) a batch, as the codes of ema do.
 */
#ifndef QUANT_LEARNER_USE_H
#define QUANT_LEARNER_USE_H

#include "quant/learner.h"

/* All codes win alike; allocates use. */
void learner_use_even(struct learner *l);

/* As idx [n] says, alone; or by the bits [k] of a model. */
void learner_use_set(struct learner *l, const uint32_t *idx, size_t n);
void learner_use_take_bits(struct learner *l, const float *bits);

/* A batch: idx [n] won. */
void learner_use_add(struct learner *l, const uint32_t *idx, size_t n);

/* b's codes cost their bits, l->o.lambda each. */
void learner_use_cost(const struct learner *l, struct codebook *b);

#endif
