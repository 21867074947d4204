/*
 * reservoir.h - a uniform sample of a stream of vectors (Vitter 1985,
 * algorithm R).
 */
#ifndef MODEL_RESERVOIR_H
#define MODEL_RESERVOIR_H

#include <stddef.h>

#include "util/rng.h"

struct reservoir {
	size_t room, d;
	size_t count, seen;
	float *x; /* [count, d] */
	float *w; /* [count] weights; NULL: 1 each */
	struct rng rng;
};

void reservoir_init(struct reservoir *r, size_t room, size_t d, uint64_t seed,
	uint64_t stream);
void reservoir_free(struct reservoir *r);

/* Where the next vector of the stream is to be written, or NULL to skip it. */
float *reservoir_offer(struct reservoir *r);

/* What the vector counts that was offered this place. */
void reservoir_weigh(struct reservoir *r, const float *place, float w);

#endif
