/*
 * decoder.h - rows of codes to rows of samples, pushed, in bounded memory.
 *
 * The inverse of encoder.h.  Rows in: codes u32 [tokens, columns], in any
 * pieces.  Rows out: rows of an image [width * channels] clamped to 0..1,
 * frames of a sound [channels] at the item's rate, vectors [dim].
 */
#ifndef MODEL_DECODER_H
#define MODEL_DECODER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/frames.h"
#include "model/model.h"
#include "model/source.h"
#include "util/err.h"
#include "util/pool.h"

struct decoder_opts {
	struct pool *pool;
	const struct frames *frames; /* for models of sound: of their hop */
};

/* What an item decodes to. */
struct decoder_item {
	size_t tokens;  /* in a row: image columns, sound channels, 1 */
	size_t columns; /* of codes in a token: stages * groups, or fewer
	                   stages */
	size_t stages;  /* decode the first ones; 0: all that are there */
	size_t width, height, channels; /* image: cropped, converted to that;
	                   height SOURCE_UNKNOWN: all rows */
	size_t frames, sample_rate; /* sound: exactly that many at that rate;
	                   SOURCE_UNKNOWN: all */
};

struct decoder;
/* m, the pool and the frames outlive it.  One item at a time. */
struct decoder *decoder_open(const struct model *m, struct decoder_opts o);
void decoder_close(struct decoder *x);

/* Takes n rows of samples; 0, or -1 to stop. */
typedef int decoder_sink(void *arg, const float *rows, size_t n, struct err *e);

int decoder_begin(struct decoder *x, struct decoder_item item,
	decoder_sink *sink, void *arg, struct err *e);

/* n rows.  A code that its codebook does not have is an error that names row
 * and column of the token grid and the column of the codes, all from 0; samples
 * that are not finite, of a model with too large numbers, one that names the
 * row. */
int decoder_push(
	struct decoder *x, const uint32_t *codes, size_t n, struct err *e);

/* Fewer or more rows than height or frames need are an error. */
int decoder_end(struct decoder *x, struct err *e);

/* True if what failed was samples that are not finite. */
bool decoder_overflowed(const struct decoder *x);

#endif
