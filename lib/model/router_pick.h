/*
 * router_pick.h - the experts of one token, given its scores.
 *
 * Shapes: s [e] scores (finite), idx and gate [t], the best first, 1 <= t <= e.
 * Ties go to the lowest index.  Sums in double in a fixed order, e^x by exp.h:
 * the same bits on every machine.
 */
#ifndef MODEL_ROUTER_PICK_H
#define MODEL_ROUTER_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* p = softmax(s); p may be s.  Returns log(sum_j exp(s_j - max)) + max. */
double router_pick_softmax(const float *s, size_t e, float *p);

/* p_j = 1 / (1 + exp(-s_j)); p may be s. */
void router_pick_sigmoid(const float *s, size_t e, float *p);

/* The t largest s_j.  gate: their softmax among themselves if renorm, else
 * among all e. */
void router_pick_top(const float *s, size_t e, size_t t, bool renorm,
	uint32_t *idx, float *gate);

/* The t largest p_j + bias_j; gate: p_j, over the sum of the chosen if renorm
 * (1 / t each if that is 0).  chosen [e] is scratch. */
void router_pick_biased(const float *p, const float *bias, size_t e, size_t t,
	bool renorm, float *chosen, uint32_t *idx, float *gate);

/* t different experts by a hash of n words of 32 bits. */
void router_pick_hash(
	const void *words, size_t n, size_t e, size_t t, uint16_t *experts);

#endif
