/*
 * segment.h - a stretch of an item in memory, and the vectors in it.
 *
 * image: a band of rows [rows, width, channels]; audio: samples of one channel
 * with up to hop/2 more at each end where the item goes on; rows: [rows, d].
 * A vector lies on the token grid, or anywhere (a random phase).
 */
#ifndef MODEL_SEGMENT_H
#define MODEL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "media/lap.h"
#include "model/transform.h"
#include "util/rng.h"

/* The place of a segment in the passes over a corpus. */
struct segment_origin {
	bool shuffled; /* a pass with this generator, else in the order given */
	struct rng rng; /* before it */
	size_t number;  /* of the pass */
};

/* Where several ranks read (corpus_ranks.h): its number of all, its input and
 * its number there, and the rank that holds x. */
struct segment_home {
	size_t number, path, index, rank;
};

struct segment {
	float *x;           /* NULL: another rank's */
	size_t rows;        /* image rows; samples; vectors */
	size_t cols;        /* image pixels; 1; d */
	size_t left, right; /* audio: samples that belong to the neighbours */
	size_t tokens;      /* on the grid */
	size_t places;      /* where a vector may lie, at any phase */
	bool held;          /* kept back for validation */
	size_t stay;        /* draws that it stays for, where data stream */
	struct segment_origin origin; /* of the window (dataset_window.h) */
	float *w;                     /* rows: [rows] weights; NULL: 1 each */
	double *sum; /* [rows] of w up to each row, where there is w */
	struct segment_home home;
};

/* One vector's place: row, column, and one of 8 flips and transposes. */
struct spot {
	size_t row, col;
	unsigned turn;
};

/* Sets tokens and places from the rest. */
void segment_count(struct segment *s, const struct transform *t);
void segment_free(struct segment *s);

/* What its vectors count together. */
double segment_weight(const struct segment *s);

/* Token i of the grid. */
struct spot segment_grid(
	const struct segment *s, const struct transform *t, size_t i);

/* Any phase; images also turned if `turn`; rows by their weights, of which one
 * is above 0. */
struct spot segment_random(const struct segment *s, const struct transform *t,
	bool turn, struct rng *r);

/*
 * The vector at a spot: out is [dim].  For audio it is the block after the
 * butterflies, before the DCT-IV; work is 3 * hop floats (NULL otherwise).
 */
void segment_vector(const struct segment *s, const struct transform *t,
	const struct lap *lap, struct spot at, float *out, float *work);

#endif
