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
	/* [count] where they are to be read, when it is known what was drawn
	 * (dataset_ranks.h); NULL: they are in x. */
	struct reservoir_from {
		size_t number; /* of the segment */
		size_t row, col;
		unsigned turn;
	} * from;
	struct rng rng;
};

void reservoir_init(struct reservoir *r, size_t room, size_t d, uint64_t seed,
	uint64_t stream);
void reservoir_free(struct reservoir *r);

/* Where the next vector of the stream is to be written, or NULL to skip it. */
float *reservoir_offer(struct reservoir *r);

/* Instead of writing to a place. */
void reservoir_note(
	struct reservoir *r, const float *place, struct reservoir_from from);

/* What the vector counts that was offered this place. */
void reservoir_weigh(struct reservoir *r, const float *place, float w);

#endif
