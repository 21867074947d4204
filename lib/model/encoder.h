/*
 * encoder.h - rows of samples to rows of tokens, pushed, in bounded memory.
 *
 * Rows in: rows of an image [width * channels], frames of a sound [channels],
 * vectors [dim]; in any pieces.  Rows out: a row of the token grid, `tokens`
 * tokens each (image: ceil(width / p); sound: channels; rows: 1), as codes u32
 * [tokens, columns] or latents float [tokens, d].  What comes out does not
 * depend on the pieces.
 */
#ifndef MODEL_ENCODER_H
#define MODEL_ENCODER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/frames.h"
#include "model/model.h"
#include "quant/code_model.h"
#include "util/err.h"
#include "util/pool.h"

struct encoder_opts {
	size_t stages; /* encode the first ones; 0: all */
	size_t beam;   /* width of the search over stages; 0, 1: none */
	bool latents;  /* give latents, no codes */
	double lambda; /* what a packed bit costs (code_choice.h); 0: nothing,
	                  no beam beside it */
	const struct code_model *probable; /* with lambda: what codes cost */
	struct pool *pool;
	const struct frames *frames; /* for models of sound: of their hop */
};

struct encoder;
/* m, the pool and the frames outlive it.  One item at a time. */
struct encoder *encoder_open(const struct model *m, struct encoder_opts o);
void encoder_close(struct encoder *x);

/* Columns of codes, or d for latents. */
size_t encoder_columns(const struct encoder *x);

/* Takes n rows of tokens; 0, or -1 to stop. */
typedef int encoder_sink(void *arg, const void *rows, size_t n, struct err *e);

/* Begin an item whose rows have cols numbers (image: a multiple of the
 * model's channels; rows: the model's dim).  Returns tokens. */
size_t encoder_begin(
	struct encoder *x, size_t cols, encoder_sink *sink, void *arg);

/* Latents that are not finite, of a model that was not made for these rows, are
 * an error that names the row of tokens. */
int encoder_push(struct encoder *x, const float *rows, size_t n, struct err *e);
int encoder_end(struct encoder *x, struct err *e);

#endif
