/*
 * net_stream.h - net conv on items whose rows of tokens come one behind the
 * other: the bits of net_encode_grid and net_decode_grid in bounded memory.
 *
 * What the linear map gives for a row waits until the network has seen the
 * rows below it (convnet_reach).
 */
#ifndef MODEL_NET_STREAM_H
#define MODEL_NET_STREAM_H

#include <stddef.h>

#include "model/net.h"
#include "nn/convnet_stream.h"
#include "util/err.h"
#include "util/pool.h"

struct net_stream;
/* For n of NET_CONV, w tokens in a row: x [rows, w, dim] to z [rows, w, d], and
 * back.  n and the pool outlive it. */
struct net_stream *net_stream_encoder(
	const struct net *n, size_t w, struct pool *pool);
struct net_stream *net_stream_decoder(
	const struct net *n, size_t w, struct pool *pool);
/* NULL is allowed. */
void net_stream_close(struct net_stream *s);

/* Forget the item, of the same width: another one begins.  Not needed after an
 * end. */
void net_stream_restart(struct net_stream *s);

/* Some rows; the sink gets those that are complete (convnet_stream.h). */
int net_stream_push(struct net_stream *s, const float *x, size_t rows,
	convnet_stream_sink *sink, void *arg, struct err *e);

/* The rows that wait; then it is ready for another item. */
int net_stream_end(struct net_stream *s, convnet_stream_sink *sink, void *arg,
	struct err *e);

#endif
