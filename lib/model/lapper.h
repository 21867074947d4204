/*
 * lapper.h - the butterflies of frames.h on one channel as it streams by.
 */
#ifndef MODEL_LAPPER_H
#define MODEL_LAPPER_H

#include <stddef.h>

#include "model/frames.h"

/* The state of one channel, either way.  f outlives it. */
struct lapper {
	const struct frames *frames;
	float *last, *now; /* [hop]: the block that waits, the one that fills */
	size_t filled;     /* samples in now */
	int waiting;       /* last holds a block */
};
void lapper_init(struct lapper *l, const struct frames *f);
void lapper_free(struct lapper *l);

/*
 * Take n samples, x[0], x[stride], ..., and give the lapped blocks that are
 * complete: block i to out + i * ld.  At most n / hop + 1 of them; returns how
 * many.
 */
size_t lapper_push(struct lapper *l, const float *x, size_t stride, size_t n,
	float *out, size_t ld);

/* The end: the blocks that wait, at most 2; the last one filled with zeros. */
size_t lapper_flush(struct lapper *l, float *out, size_t ld);

/* The way back: take one lapped block [hop] and give the hop samples before
 * it, x[0], x[stride], ...; 1 if there were any (not for the first block). */
int lapper_pull(struct lapper *l, const float *block, float *x, size_t stride);

/* The end: the last hop samples; 1 if there are any. */
int lapper_drain(struct lapper *l, float *x, size_t stride);

#endif
