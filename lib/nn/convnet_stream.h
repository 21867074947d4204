/*
 * convnet_stream.h - a convolutional network on a grid whose rows come one
 * behind the other: rows in, and some rows later rows out, in bounded memory.
 *
 * Shapes: x [rows, w, in], y [rows, w, convnet_written] on a grid of w columns
 * and any number of rows.  Each block keeps the lines around the last one that it gave,
 * so nothing is computed twice: depth (2 (kh / 2) + band) w width floats in
 * all, where a band has about CONVNET_STREAM_TOKENS tokens, and 8 rows at
 * least.  y has the bits of convnet_forward on the whole grid, however the
 * rows are cut and for any pool; of a net with gain, before convnet_finish.
 */
#ifndef NN_CONVNET_STREAM_H
#define NN_CONVNET_STREAM_H

#include <stddef.h>

#include "nn/convnet.h"
#include "util/err.h"
#include "util/pool.h"

#define CONVNET_STREAM_TOKENS ((size_t)2048)

struct convnet_stream;
/* c, packed, p and the pool outlive it. */
struct convnet_stream *convnet_stream_open(const struct convnet *c,
	const struct params *p, size_t w, struct pool *pool);
/* NULL is allowed. */
void convnet_stream_close(struct convnet_stream *s);

/* The most rows that the sink gets at a time. */
size_t convnet_stream_band(const struct convnet_stream *s);

/* Takes y, which it may overwrite; rows are in order, and at least one.  0, or
 * -1 to stop: the stream then is to be restarted or closed. */
typedef int convnet_stream_sink(
	void *arg, float *y, size_t rows, struct err *e);

/* Forget the grid: another one begins.  Not needed after an end. */
void convnet_stream_restart(struct convnet_stream *s);

int convnet_stream_push(struct convnet_stream *s, const float *x, size_t rows,
	convnet_stream_sink *sink, void *arg, struct err *e);

/* The rows that wait; then it is ready for another grid. */
int convnet_stream_end(struct convnet_stream *s, convnet_stream_sink *sink,
	void *arg, struct err *e);

#endif
