#include <stdlib.h>
#include <string.h>

#include "model/chunk.h"
#include "model/decode_batch.h"
#include "model/net_stream.h"
#include "util/mem.h"

struct decode_batch {
	const struct model *model;
	struct decoder_opts opts;
	float *work; /* [workers, CHUNK_VECTORS, widest of dim and d] */
	size_t work_size;

	struct decode_batch_item item;
	struct net_stream *net; /* NULL: each token by itself */
	float *x; /* [room, tokens, dim]; [room, tokens, d] for a stream */

	/* the batch */
	const uint32_t *codes;
	float *v; /* [rows, tokens, dim] that the stream gave */
	size_t rows;
};

struct decode_batch *
decode_batch_open(const struct model *m, struct decoder_opts o)
{
	struct decode_batch *b = mem_zalloc(1, sizeof(*b));
	size_t dim = m->transform.dim, d = m->net.d;

	b->model = m;
	b->opts = o;
	b->work_size = CHUNK_VECTORS * (dim > d ? dim : d);
	b->work = mem_floats(pool_threads(o.pool) * b->work_size);
	return b;
}

void
decode_batch_close(struct decode_batch *b)
{
	if (!b)
		return;
	net_stream_close(b->net);
	free(b->x);
	free(b->work);
	free(b);
}

/* That of an item before it, where the width is the same. */
static void
open_net(struct decode_batch *b, size_t tokens)
{
	if (b->model->net.type != NET_CONV)
		return;
	if (b->net && b->item.tokens == tokens) {
		net_stream_restart(b->net);
		return;
	}
	net_stream_close(b->net);
	b->net = net_stream_decoder(&b->model->net, tokens, b->opts.pool);
}

void
decode_batch_begin(struct decode_batch *b, struct decode_batch_item i)
{
	const struct model *m = b->model;

	open_net(b, i.tokens);
	b->item = i;
	free(b->x);
	b->x = mem_floats(
		i.room * i.tokens * (b->net ? m->net.d : m->transform.dim));
}

/* What the net gave to samples or, for sound, to lapped blocks. */
static void
restore(const struct decode_batch *b, float *v, size_t n, float *work)
{
	const struct model *m = b->model;

	transform_restore(&m->transform, v, n);
	if (m->transform.kind == ITEM_AUDIO) {
		memcpy(work, v, n * m->transform.dim * sizeof(*v));
		frames_transform(b->opts.frames, work, n, v);
	}
}

/* Codes of one chunk to vectors. */
static void
decode_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct decode_batch *b = arg;
	const struct model *m = b->model;
	size_t columns = b->item.columns, from = chunk * CHUNK_VECTORS;
	size_t n = chunk_size(b->rows * b->item.tokens, chunk);
	float *v = b->x + from * m->transform.dim;
	float *work = b->work + worker * b->work_size;

	quantizer_decode(&m->quantizer, b->codes + from * columns, columns, n,
		b->item.stages, work);
	net_decode(&m->net, work, n, v);
	restore(b, v, n, work);
}

/* For a stream: codes to latents. */
static void
look_up_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct decode_batch *b = arg;
	const struct model *m = b->model;
	size_t columns = b->item.columns, from = chunk * CHUNK_VECTORS;

	(void)worker;
	quantizer_decode(&m->quantizer, b->codes + from * columns, columns,
		chunk_size(b->rows * b->item.tokens, chunk), b->item.stages,
		b->x + from * m->net.d);
}

static void
restore_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct decode_batch *b = arg;

	restore(b, b->v + chunk * CHUNK_VECTORS * b->model->transform.dim,
		chunk_size(b->rows * b->item.tokens, chunk),
		b->work + worker * b->work_size);
}

static void
run(struct decode_batch *b, size_t n, pool_fn *fn)
{
	b->rows = n;
	pool_run(b->opts.pool, chunk_count(n * b->item.tokens), fn, b);
}

/* Vectors [rows, tokens, dim] of a stream; more than there is room for too. */
static int
take_vectors(void *arg, float *v, size_t rows, struct err *e)
{
	struct decode_batch *b = arg;
	size_t n, line = b->item.tokens * b->model->transform.dim;

	for (; rows > 0; rows -= n, v += n * line) {
		n = rows < b->item.room ? rows : b->item.room;
		b->v = v;
		run(b, n, restore_chunk);
		if (b->item.sink(b->item.arg, v, n, e) != 0)
			return -1;
	}
	return 0;
}

int
decode_batch_rows(
	struct decode_batch *b, const uint32_t *codes, size_t n, struct err *e)
{
	b->codes = codes;
	if (b->net) {
		run(b, n, look_up_chunk);
		return net_stream_push(b->net, b->x, n, take_vectors, b, e);
	}
	run(b, n, decode_chunk);
	return b->item.sink(b->item.arg, b->x, n, e);
}

int
decode_batch_end(struct decode_batch *b, struct err *e)
{
	return b->net ? net_stream_end(b->net, take_vectors, b, e) : 0;
}
