/*
 * components.h - principal components, and the linear map that is best for
 * given codes: the classical optimum of an encoder and of a decoder.
 */
#ifndef QUANT_COMPONENTS_H
#define QUANT_COMPONENTS_H

#include <stddef.h>

#include "util/err.h"

/*
 * The first d principal components of x [n, dim], as rows: p is [d, dim];
 * variance [d] is that of each latent.  x is taken as centred.
 */
int components_find(const float *x, size_t n, size_t dim, size_t d, float *p,
	double *variance, struct err *e);

/*
 * B [dim, d] with the least |x - B q|^2 over the rows of x [n, dim] and q
 * [n, d].
 */
int components_fit(const float *x, const float *q, size_t n, size_t dim,
	size_t d, float *b, struct err *e);

/* x [n, d] less its mean, which mean [d] takes; to be freed. */
float *components_centred(const float *x, size_t n, size_t d, double *mean);

/*
 * W [d, m] and b [d] with the least |x - W u - b|^2 over the rows of x [n, d]
 * and u [n, m].
 */
int components_fit_affine(const float *x, const float *u, size_t n, size_t d,
	size_t m, float *w, float *b, struct err *e);

#endif
