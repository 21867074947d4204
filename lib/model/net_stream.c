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
	float *wait;         /* [1 + reach + band, w, out] of the linear map */
	size_t first, count; /* rows in it */

	/* With blend: rows that the network gave, from the one above the next
	 * that is added to the linear map's. */
	float *tiles; /* [2 + band, w, convnet_written] */
	size_t above; /* 1 if there is that one */
	size_t come;  /* rows in it */
	float *work;

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
	s->wait = mem_floats((1 + convnet_reach(c) + s->band) * w * map->rows);
	if (!c->shape.blend)
		return s;
	s->tiles = mem_floats((2 + s->band) * w * convnet_written(&c->shape));
	s->work = mem_floats(blend_work(&c->blend, w));
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
	free(s->tiles);
	free(s->work);
	free(s);
}

void
net_stream_restart(struct net_stream *s)
{
	convnet_stream_restart(s->net);
	s->first = s->count = 0;
	s->above = s->come = 0;
}

/* Rows of the linear map that the network's part was added to. */
static int
give(struct net_stream *s, size_t rows, struct err *e)
{
	float *linear = s->wait + s->first * s->w * s->map->rows;

	s->first += rows;
	s->count -= rows;
	return s->sink(s->arg, linear, rows, e);
}

/* The tiles' row `at` to row `to` of the linear map's. */
static void
blend(struct net_stream *s, size_t at, size_t to)
{
	size_t ld = s->w * s->c->last.out;
	const float *here = s->tiles + at * ld;
	struct blend_rows v = { at > 0 ? here - ld : NULL, here,
		at + 1 < s->come ? here + ld : NULL, s->w };

	blend_row(&s->c->blend, v, s->work,
		s->wait + (s->first + to) * s->w * s->map->rows);
}

/* All rows of tiles that have what they need go out; ended: there is no row
 * below the last. */
static int
give_tiles(struct net_stream *s, bool ended, struct err *e)
{
	size_t ld = s->w * s->c->last.out, below = ended ? 0 : 1;
	size_t n = s->come > s->above + below ? s->come - s->above - below : 0;
	size_t keep;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		blend(s, s->above + i, i);
	keep = s->above + n - 1;
	memmove(s->tiles, s->tiles + keep * ld,
		(s->come - keep) * ld * sizeof(*s->tiles));
	s->come -= keep;
	s->above = 1;
	return give(s, n, e);
}

/* What the linear map gave for these rows, and the network's part y. */
static int
finish(void *arg, float *y, size_t rows, struct err *e)
{
	struct net_stream *s = arg;
	size_t ld = s->w * s->c->last.out;

	if (s->tiles) {
		memcpy(s->tiles + s->come * ld, y, rows * ld * sizeof(*y));
		s->come += rows;
		return give_tiles(s, false, e);
	}
	convnet_finish(
		s->c, y, rows * s->w, s->wait + s->first * s->w * s->map->rows);
	return give(s, rows, e);
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
	if (status == 0 && s->tiles)
		status = give_tiles(s, true, e);
	net_stream_restart(s);
	return status;
}
