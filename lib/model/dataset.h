/*
 * dataset.h - what a model is trained and judged on.
 *
 * Segments of the corpus live in a buffer of bounded size.  Data that fit are
 * read once; larger data stream through it: the oldest segment leaves when as
 * many vectors were drawn as it holds, and the next one of the corpus comes in.
 *
 * Held back for validation: every tenth item, beginning with the fourth; with
 * fewer than four items every tenth piece of an item (cut into about twenty).
 * Vectors are drawn at random phases of the token grid, images also mirrored
 * and transposed; held-back ones lie on the grid.
 *
 * Rows with weights are drawn with a probability proportional to them, so that
 * a mean over a batch is an unbiased estimate of the weighted one; the samples
 * are uniform over the rows that weigh anything, and carry their weights.
 */
#ifndef MODEL_DATASET_H
#define MODEL_DATASET_H

#include <stdint.h>

#include "kernel/panel.h"
#include "model/corpus.h"
#include "model/reservoir.h"
#include "nn/grid.h"
#include "util/pool.h"

struct dataset_opts {
	size_t buffer_bytes; /* of decoded samples in memory */
	size_t sample;       /* vectors in each of the two samples */
	uint64_t seed;
	bool turn;  /* mirror and transpose images */
	bool level; /* crops of sounds at levels of their own */
	bool hold_back;
	bool keep_transform; /* mu and scale are set already */
	size_t crop;         /* tokens on a side of crops.h; 0: no crops */
	bool weights;        /* of rows (weight.h): else each counts 1 */
};

struct dataset {
	struct corpus *corpus;       /* borrowed */
	struct transform *transform; /* borrowed; mu and scale set by _open */
	struct dataset_opts opts;
	struct pool *pool; /* borrowed; may be NULL */
	struct rng rng;
	struct lap lap;
	struct panel dct; /* audio: the DCT-IV */

	/* Samples, normalized: [count, dim]. */
	struct reservoir train, held;
	size_t train_tokens, held_tokens; /* on the grid, all of them */
	size_t train_places, held_places; /* of vectors at any phase */

	/* With opts.crop: the shape of a crop to train on; that of the samples'
	 * crops, each a row of train_crops and held_crops, normalized. */
	struct grid field, tile;
	struct reservoir train_crops, held_crops;

	/* The buffer. */
	struct segment *window;
	size_t count, room, bytes;
	size_t channels;     /* floats in a segment's column */
	float *window_work;  /* segment_vector's */
	double *edge;        /* [count]: weight of window[0..i] */
	bool weighted;       /* not each vector counts 1 */
	double train_weight; /* of all */
	bool streams;        /* not all segments fit */
	struct corpus_pass *pass;
	struct segment_origin next; /* of what the pass gives next */
	size_t drawn; /* where it streams: since a segment last left */

	size_t unit; /* rows of a batch that a rank takes together */
};

/*
 * Read everything once: fill the buffer and the samples, set transform's mu
 * and scale from the training sample.  Fails when there is no vector at all, or
 * none that weighs anything.
 */
int dataset_open(struct dataset *s, struct corpus *c, struct transform *t,
	const struct dataset_opts *o, struct pool *pool, struct err *e);
void dataset_close(struct dataset *s);

/* Replace the held-back sample by one of other inputs (--valid). */
int dataset_validate_on(struct dataset *s, struct corpus *c, struct err *e);

/* Items that are held back; 0 where none is, or only pieces of some. */
size_t dataset_held_items(const struct dataset *s);

/* Whether a piece of an item is held back. */
bool dataset_is_held(const struct dataset *s, size_t item, size_t piece);

/* Draw n normalized vectors: x is [n, dim].  Of several ranks (util/ranks.h),
 * which draw the same, each gets its share by unit. */
void dataset_batch(struct dataset *s, size_t n, float *x);

/* A segment of the buffer, by what they weigh; and that n vectors were drawn,
 * so that segments may leave. */
const struct segment *dataset_segment(struct dataset *s);
void dataset_drawn(struct dataset *s, size_t n);

#endif
