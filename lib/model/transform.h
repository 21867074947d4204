/*
 * transform.h - from samples to centred, scaled vectors and back.
 *
 * image: p x p patches (patch.h), a token each; audio: MDCT frames of hop
 * samples, each channel by itself (frames.h); rows: as they are.  A vector has
 * dim numbers; x' = (x - mu) / scale, so that E |x'|^2 = 1 over the training
 * set.
 */
#ifndef MODEL_TRANSFORM_H
#define MODEL_TRANSFORM_H

#include <stddef.h>

#include "model/item_kind.h"

struct transform {
	enum item_kind kind;
	size_t patch;       /* p, or hop in samples; 0 for rows */
	size_t channels;    /* image: 1 to 4; 2 and 4 have alpha */
	size_t sample_rate; /* audio */
	size_t dim;         /* numbers in a vector */
	float *mu;          /* [dim] */
	float scale;
};

/* Numbers in a vector, from the others (rows: dim as it is). */
size_t transform_dim(const struct transform *t);

/* Sets dim from the others (rows: dim is given), mu 0 and scale 1. */
void transform_init(struct transform *t);
void transform_free(struct transform *t);

/* x is [n, dim], in place. */
void transform_normalize(const struct transform *t, float *x, size_t n);
void transform_restore(const struct transform *t, float *x, size_t n);

#endif
