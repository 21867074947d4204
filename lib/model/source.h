/*
 * source.h - any input as a sequence of items: images, sounds, rows.
 *
 * An input is a PNG, a sound, or a stream of tensors with any number of
 * items.  `image` [h, w, c] and `audio` [t, c] tensors are images and sounds;
 * everything else is rows [n, d] (more axes are leading ones folded into n;
 * rank 1 is d = 1).  Samples are converted to what the reader asks for:
 * channels of images (convert.h), rate of sounds (resample.h).  Tensors of
 * whole numbers are images of full scale 255 (U8) or 65535 (U16) and sounds of
 * full scale 32768 (I16), so that they give the tokens that the same PNG or
 * WAV gives.
 */
#ifndef MODEL_SOURCE_H
#define MODEL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "media/limit.h"
#include "model/transform.h"
#include "tensor/stream.h"
#include "tensor/writer.h"
#include "util/err.h"
#include "util/input.h"

struct source_opts {
	struct stream_opts stream; /* --raw, --tensor */
	struct limit limit;        /* of PNG and sound files */
	bool drop_nan;             /* skip rows with NaN or infinity */
	const char *taken;         /* name that the rows get in the output: a
	                              companion of it is left out; NULL: any */
	size_t channels;           /* images: convert to; 0: as they are */
	size_t sample_rate;        /* sounds: convert to; 0: as they are */
};

struct item_info {
	enum item_kind kind;
	const char *item; /* escaped name; valid while the item is read */
	size_t width, height, channels, bit_depth; /* as stored */
	size_t frames, sample_rate;                /* as stored */
	size_t rows; /* what source_read will give if known: height, frames at
	                the asked rate, vectors; SOURCE_UNKNOWN else */
	size_t cols; /* numbers in one of its rows: width * channels as asked,
	                channels of the sound, d */
	const struct meta *meta; /* of the record; NULL for PNG and sounds */
	const char *fault; /* why this item cannot be read (source_read says
	                      the same); of the rest only item is set then */
};
#define SOURCE_UNKNOWN ((size_t)-1)

struct source;
/* Takes in, also on failure.  An input of no bytes is an error. */
struct source *source_open(
	struct input *in, struct source_opts o, struct err *e);
void source_close(struct source *s);

/*
 * The next item: 1, 0 at the end, -1 when the input cannot go on.  What was
 * not read of the item before is skipped.  After a source_read that told why
 * the input cannot go on, this is the end.
 */
int source_next(struct source *s, struct item_info *info, struct err *e);

/*
 * Up to n rows of the item as floats [n, cols]: how many, 0 at its end, -1 on
 * error.  Fewer than n come only at the end.  NaN or infinity is an error that
 * names the row (counted from 0), or the row is skipped (drop_nan, rows only).
 */
ptrdiff_t source_read(struct source *s, float *out, size_t n, struct err *e);

/*
 * Tensors beside the rows (kind rows only), which pass through row by row: how
 * many, and their names, types and shapes, valid while the item is read.  With
 * drop_nan there is one more, `kept` U64: the number of each row before any
 * was dropped.
 */
size_t source_companions(const struct source *s, const struct column **c);

/* Companion i of the rows that the last source_read gave, in its dtype. */
const void *source_companion(const struct source *s, size_t i);

/* Entries of a tensor of that name that stands beside the rows but does not
 * pass through with them, for it has more or fewer; SOURCE_UNKNOWN if there is
 * none. */
size_t source_loose(const struct source *s, const char *name);

#endif
