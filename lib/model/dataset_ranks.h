/*
 * dataset_ranks.h - a dataset whose segments several ranks hold (util/ranks.h,
 * corpus_ranks.h).  All draw the same; who holds what was drawn passes it on.
 */
#ifndef MODEL_DATASET_RANKS_H
#define MODEL_DATASET_RANKS_H

#include "model/dataset.h"
#include "model/gather.h"

/* Before what is read of c: how much of it may be kept. */
void dataset_ranks_begin(const struct dataset *s, struct corpus *c);

/* What is at a spot of a segment into a sample, or, where another rank may have
 * it, a note of it. */
void dataset_ranks_take(const struct dataset *s, struct reservoir *r,
	const struct segment *seg, struct spot at, float *to);

/* What was noted for the samples r [n] of c, and is not in them yet.  Forgets what was
 * kept of c. */
void dataset_ranks_fill(const struct dataset *s, struct corpus *c,
	struct reservoir *const *r, size_t n);

/*
 * As gather_places, where others hold some of the segments: of a batch of
 * `all` vectors those from v on.  Each rank gets those of its share of the
 * batch (s->unit); with all 0 each gets them all.
 */
void dataset_ranks_gather(const struct dataset *s, const struct place *place,
	size_t n, bool normalize, size_t v, size_t all, float *x);

#endif
