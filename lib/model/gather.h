/*
 * gather.h - the vectors at given places of a dataset's segments.
 */
#ifndef MODEL_GATHER_H
#define MODEL_GATHER_H

#include "model/dataset.h"

/* Where a vector lies; the segment is borrowed. */
struct place {
	const struct segment *segment;
	struct spot spot;
};

/* x [n, dim], normalized or as they are; on the dataset's pool. */
void gather_places(const struct dataset *s, const struct place *place, size_t n,
	bool normalize, float *x);

/* One, as it is, in this thread. */
void gather_one(const struct dataset *s, const struct place *place, float *x);

#endif
