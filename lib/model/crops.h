/*
 * crops.h - neighbouring vectors of a dataset, for nets that see them.
 *
 * A crop is a grid of tokens of one segment: image: h x w patches, at any phase
 * and turned as a whole, or on the token grid; sound: h frames, w = 1.  Where
 * the segment ends before it, its last pixels repeat, or there is silence.
 */
#ifndef MODEL_CROPS_H
#define MODEL_CROPS_H

#include "model/dataset.h"
#include "model/sample.h"

/* Shapes and samples, by opts.crop and by how large the items are: crops to
 * judge on have twice the side, so that fewer tokens miss neighbours. */
void crops_init(struct dataset *s);

/* Offer the crops of a segment that lie beside each other on its token grid;
 * nothing without crops. */
void crops_sample(
	struct dataset *s, struct reservoir *r, const struct segment *seg);

/* What is at a spot of a segment: a crop for those samples, else a vector. */
void crops_gather(const struct dataset *s, const struct reservoir *r,
	const struct segment *seg, struct spot at, float *to);

/* As samples are, once the transform is known. */
void crops_normalize(const struct transform *t, struct reservoir *r);

/* Begin the held-back sample anew. */
void crops_forget_held(struct dataset *s);

/* Pieces that an item may be cut into, at most: each as tall as a crop. */
size_t crops_pieces(const struct dataset *s, size_t most);

/* Draw crops to train on: x is [count, field.h, field.w, dim], normalized. */
void crops_draw(struct dataset *s, size_t count, float *x);

/* What is trained on, or held back: crops if there are any, else vectors. */
struct sample crops_or_rows(const struct dataset *s, bool held);

#endif
