#include <stdlib.h>
#include <string.h>

#include "model/chunk.h"
#include "model/decode_batch.h"
#include "util/mem.h"

struct decode_batch {
	const struct model *model;
	struct decoder_opts opts;
	float *work; /* [workers, CHUNK_VECTORS, widest of dim and d] */
	size_t work_size;

	struct decode_batch_item item;
	float *x; /* [room, tokens, dim] */

	/* the batch */
	const uint32_t *codes;
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
	free(b->x);
	free(b->work);
	free(b);
}

void
decode_batch_begin(struct decode_batch *b, struct decode_batch_item i)
{
	b->item = i;
	free(b->x);
	b->x = mem_floats(i.room * i.tokens * b->model->transform.dim);
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

int
decode_batch_rows(
	struct decode_batch *b, const uint32_t *codes, size_t n, struct err *e)
{
	b->codes = codes;
	b->rows = n;
	pool_run(
		b->opts.pool, chunk_count(n * b->item.tokens), decode_chunk, b);
	return b->item.sink(b->item.arg, b->x, n, e);
}
