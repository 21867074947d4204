/*
 * rounding.h - the points of a bottleneck that are those of a lattice: nothing is
 * looked up, numbers are rounded (types fsq and lfq).
 */
#ifndef QUANT_ROUNDING_H
#define QUANT_ROUNDING_H

#include "quant/bottleneck.h"
#include "quant/lattice.h"

struct rounding {
	struct lattice lattice; /* edges are the type's to write */
	float *value;           /* [dims, most + 1]: the points' numbers */
	double *middle;         /* [dims] where y is to start; zeros */
};

/* levels [dims]; edges and values are the caller's to write. */
void rounding_init(struct rounding *g, const uint32_t *levels, size_t dims);
void rounding_free(struct rounding *g);

/* Where dimension i's numbers stand. */
float *rounding_value(const struct rounding *g, size_t i);
float *rounding_edge(const struct rounding *g, size_t i);

/* The points u [n, dims] of the codes idx [n]. */
void rounding_points(
	const struct rounding *g, const uint32_t *idx, size_t n, float *u);

/*
 * start_on, read and face of types whose learner_type.round opens what they
 * round to.  All weights start from data x: principal components of equal
 * variance, as they are or rotated at random, which makes their distributions
 * more alike: whichever leaves the smaller error; then U and u0 by least
 * squares.
 */
int rounding_start(struct learner *l, const float *x, size_t n, struct rng *rng,
	struct pool *pool, struct err *e);
void rounding_read(
	const struct learner *l, float *block, struct pool *pool, float *q);
void rounding_face(const struct learner *l, float *block, struct pool *pool,
	struct codebook *b);

#endif
