/*
 * moe_cosine.h - scores by angle, in few dimensions (X-MoE, arXiv 2204.09179).
 *
 *     s_j = R_j . a / (|R_j| |a| temperature),   a = P u
 *
 * Shapes: a [n, m], w = R [e, m], s [n, e].  Sums in double, in order.
 */
#ifndef MODEL_MOE_COSINE_H
#define MODEL_MOE_COSINE_H

#include <stddef.h>

/* Below this the temperature does not fall. */
#define MOE_COSINE_COLDEST 0.01f

void moe_cosine_scores(const float *a, size_t n, const float *w, size_t e,
	size_t m, float temperature, float *s);

/* Of ds [n, e]: da [n, m] written; dw [e, m] and *dtemperature added to. */
void moe_cosine_backward(const float *a, size_t n, const float *w, size_t e,
	size_t m, float temperature, const float *ds, float *da, float *dw,
	float *dtemperature);

#endif
