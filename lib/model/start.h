/*
 * start.h - the classical optimum that training starts from: principal
 * components of the vectors, k-means of the latents stage by stage; and the
 * least-squares decoder for given codes.
 */
#ifndef MODEL_START_H
#define MODEL_START_H

#include "quant/quantizer.h"
#include "util/err.h"
#include "util/pool.h"
#include "util/rng.h"

/*
 * The first d principal components of x [n, dim], as rows: p is [d, dim];
 * variance [d] is that of each latent.  x is taken as centred.
 */
int start_components(const float *x, size_t n, size_t dim, size_t d, float *p,
	double *variance, struct err *e);

/*
 * Tables for all columns of q from latents z [n, d] (n >= k): a D^2 start
 * (seed), or the tables q has already (NULL), then Lloyd's iterations.
 */
void start_tables(struct quantizer *q, const float *z, size_t n, size_t k,
	size_t iterations, double tolerance, struct rng *seed,
	struct pool *pool);

/*
 * B [dim, d] with the least |x - B q|^2 over the rows of x [n, dim] and q
 * [n, d].
 */
int start_decoder(const float *x, const float *q, size_t n, size_t dim,
	size_t d, float *b, struct err *e);

#endif
