/*
 * soft_codes.h - a soft choice of codes, its entropies and their gradients.
 *
 *     p_v = softmax_j(-|x_v - q_j|^2 / temperature)
 *     each = mean_v H(p_v) / log k      0: every vector is sure of its code
 *     all = H(mean_v p_v) / log k       1: all codes have an even share
 *
 * each - all is the entropy loss of LFQ (arXiv 2310.05737, equation 5) and IBQ
 * (arXiv 2412.02692): sharp for each vector, even over all.  The temperature
 * is held.
 */
#ifndef QUANT_SOFT_CODES_H
#define QUANT_SOFT_CODES_H

#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"

struct soft_codes {
	size_t n, k, d;     /* the caller's, as are the next: k at least 2 */
	const float *x, *q; /* [n, d]; [k, d]; borrowed until free */
	double temperature;

	double each, all; /* taken */

	float *p, *log_p;     /* [n, k] */
	double *h, *log_mean; /* [n] of p_v; [k] */
	float *half;          /* [k] |q_j|^2 / 2 */
};

/* The mean of |x_v - q_(idx_v)|^2; 1 if that is 0. */
double soft_codes_distance(const float *x, const float *q, const uint32_t *idx,
	size_t n, size_t d);

/* Set each and all; pool may be NULL, and changes no bit. */
void soft_codes_open(struct soft_codes *c, struct pool *pool);

/*
 * Once, after it: the gradient of by_each * each + by_all * all.  dx [n, d] and
 * dq [k, d] are taken; dx or dq may be NULL.
 */
void soft_codes_back(struct soft_codes *c, struct pool *pool, double by_each,
	double by_all, float *dx, float *dq);

void soft_codes_free(struct soft_codes *c);

#endif
