/*
 * encode_batch.h - rows of vectors to rows of codes or latents.
 *
 * The half of an encoder behind the samples: vectors as they come from an item
 * (patches, lapped blocks, rows) are centred, pass the net and are quantized,
 * a batch at a time, by fixed chunks for the pool.  What comes out does not
 * depend on the batches.  A net that sees neighbours gives its rows later.
 */
#ifndef MODEL_ENCODE_BATCH_H
#define MODEL_ENCODE_BATCH_H

#include <stddef.h>

#include "model/encoder.h"

struct encode_batch;
/* m and what o points to outlive it.  One item at a time. */
struct encode_batch *encode_batch_open(
	const struct model *m, struct encoder_opts o);
/* NULL is allowed. */
void encode_batch_close(struct encode_batch *b);

/* Columns of codes, or d for latents. */
size_t encode_batch_columns(const struct encode_batch *b);

/* An item with `tokens` tokens in a row comes, at most `room` rows a batch. */
void encode_batch_begin(struct encode_batch *b, size_t tokens, size_t room,
	encoder_sink *sink, void *arg);

/* x is [n, tokens, dim], overwritten; n at most room.  Latents that a float
 * does not hold, of a model with too large numbers, are an error that names
 * their row. */
int encode_batch_rows(
	struct encode_batch *b, float *x, size_t n, struct err *e);

/* The rows that wait. */
int encode_batch_end(struct encode_batch *b, struct err *e);

#endif
