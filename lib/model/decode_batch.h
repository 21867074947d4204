/*
 * decode_batch.h - rows of codes to rows of vectors.
 *
 * The half of a decoder before the samples, the inverse of encode_batch.h:
 * codes are looked up, pass the net and get back scale and mean; a sound's
 * blocks leave as lapped samples.  A batch at a time, by fixed chunks for the
 * pool; what comes out does not depend on the batches.  A net that sees neighbours
 * gives its rows later.
 */
#ifndef MODEL_DECODE_BATCH_H
#define MODEL_DECODE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "model/decoder.h"

struct decode_batch;
/* m and what o points to outlive it.  One item at a time. */
struct decode_batch *decode_batch_open(
	const struct model *m, struct decoder_opts o);
/* NULL is allowed. */
void decode_batch_close(struct decode_batch *b);

/* Takes x [rows, tokens, dim], rows at most room; 0, or -1 to stop. */
typedef int decode_batch_sink(
	void *arg, const float *x, size_t rows, struct err *e);

/* An item of `tokens` tokens in a row comes, at most `room` rows a batch, with
 * `columns` codes each, of which the first `stages` stages are decoded. */
struct decode_batch_item {
	size_t tokens, columns, stages, room;
	decode_batch_sink *sink;
	void *arg;
};
void decode_batch_begin(struct decode_batch *b, struct decode_batch_item i);

/* codes is [n, tokens, columns], below k where they are decoded; n is at most
 * room. */
int decode_batch_rows(
	struct decode_batch *b, const uint32_t *codes, size_t n, struct err *e);

/* The rows that wait. */
int decode_batch_end(struct decode_batch *b, struct err *e);

#endif
