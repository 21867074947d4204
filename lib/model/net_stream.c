#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/net_stream.h"
#include "util/mem.h"

struct net_stream {
	const struct panel *map;
	const struct convnet *c;
	struct pool *pool;
	struct convnet_stream *net;
	size_t w, band;
	float *wait;         /* [reach + band, w, out] of the linear map */
	size_t first, count; /* rows in it */

	convnet_stream_sink *sink;
	void *arg;
};

static struct net_stream *
open_stream(const struct panel *map, const struct convnet *c,
	const struct params *p, size_t w, struct pool *pool)
{
	struct net_stream *s = mem_zalloc(1, sizeof(*s));

	s->map = map;
	s->c = c;
	s->pool = pool;
	s->net = convnet_stream_open(c, p, w, pool);
	s->w = w;
	s->band = convnet_stream_band(s->net);
	s->wait = mem_floats((convnet_reach(c) + s->band) * w * map->rows);
	return s;
}

struct net_stream *
net_stream_encoder(const struct net *n, size_t w, struct pool *pool)
{
	return open_stream(
		&n->encoder, &n->conv->encoder, &n->conv->ps, w, pool);
}

struct net_stream *
net_stream_decoder(const struct net *n, size_t w, struct pool *pool)
{
	return open_stream(
		&n->decoder, &n->conv->decoder, &n->conv->ps, w, pool);
}

void
net_stream_close(struct net_stream *s)
{
	if (!s)
		return;
	convnet_stream_close(s->net);
	free(s->wait);
	free(s);
}

void
net_stream_restart(struct net_stream *s)
{
	convnet_stream_restart(s->net);
	s->first = s->count = 0;
}

/* What the linear map gave for these rows, and the network's part y. */
static int
finish(void *arg, float *y, size_t rows, struct err *e)
{
	struct net_stream *s = arg;
	float *linear = s->wait + s->first * s->w * s->map->rows;

	convnet_finish(s->c, y, rows * s->w, linear);
	s->first += rows;
	s->count -= rows;
	return s->sink(s->arg, linear, rows, e);
}

/* At most a band. */
static void
map_rows(struct net_stream *s, const float *x, size_t rows)
{
	size_t line = s->w * s->map->rows;

	memmove(s->wait, s->wait + s->first * line,
		s->count * line * sizeof(*s->wait));
	s->first = 0;
	product_rows_all(
		s->map, s->pool, x, rows * s->w, s->wait + s->count * line);
	s->count += rows;
}

int
net_stream_push(struct net_stream *s, const float *x, size_t rows,
	convnet_stream_sink *sink, void *arg, struct err *e)
{
	s->sink = sink;
	s->arg = arg;
	while (rows > 0) {
		size_t n = rows < s->band ? rows : s->band;

		map_rows(s, x, n);
		if (convnet_stream_push(s->net, x, n, finish, s, e) != 0)
			return -1;
		x += n * s->w * s->map->d;
		rows -= n;
	}
	return 0;
}

int
net_stream_end(struct net_stream *s, convnet_stream_sink *sink, void *arg,
	struct err *e)
{
	int status;

	s->sink = sink;
	s->arg = arg;
	status = convnet_stream_end(s->net, finish, s, e);
	net_stream_restart(s);
	return status;
}
