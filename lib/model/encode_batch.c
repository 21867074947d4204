#include <stdlib.h>

#include "model/chunk.h"
#include "model/encode_batch.h"
#include "quant/beam.h"
#include "util/mem.h"

struct encode_batch {
	const struct model *model;
	struct encoder_opts opts;
	float *work; /* [workers, work_size]: scratch of a chunk */
	size_t work_size;
	struct beam **beam; /* [workers]; NULL: the nearest of each stage */

	/* the item */
	encoder_sink *sink;
	void *arg;
	size_t tokens, room;
	void *out; /* [room, tokens, columns] */

	/* the batch */
	float *x;
	size_t rows;
};

/* A chunk's frames, its latents, the search's own. */
static size_t
work_size(const struct model *m)
{
	size_t frames = m->transform.kind == ITEM_AUDIO ? m->transform.dim : 0;

	return CHUNK_VECTORS * (frames + m->net.d) +
		quantizer_work(&m->quantizer, CHUNK_VECTORS);
}

static void
open_beams(struct encode_batch *b)
{
	size_t workers = pool_threads(b->opts.pool);

	if (b->opts.latents || b->opts.beam <= 1)
		return;
	b->beam = mem_alloc(workers, sizeof(struct beam *));
	for (size_t i = 0; i < workers; i++)
		b->beam[i] = beam_open(
			&b->model->quantizer, b->opts.beam, b->opts.stages);
}

struct encode_batch *
encode_batch_open(const struct model *m, struct encoder_opts o)
{
	struct encode_batch *b = mem_zalloc(1, sizeof(*b));

	b->model = m;
	b->opts = o;
	if (!b->opts.stages)
		b->opts.stages = m->quantizer.stages;
	b->work_size = work_size(m);
	b->work = mem_floats(pool_threads(o.pool) * b->work_size);
	open_beams(b);
	return b;
}

void
encode_batch_close(struct encode_batch *b)
{
	if (!b)
		return;
	for (size_t i = 0; b->beam && i < pool_threads(b->opts.pool); i++)
		beam_close(b->beam[i]);
	free(b->beam);
	free(b->out);
	free(b->work);
	free(b);
}

size_t
encode_batch_columns(const struct encode_batch *b)
{
	return b->opts.latents ? b->model->net.d
			       : b->opts.stages * b->model->quantizer.groups;
}

void
encode_batch_begin(struct encode_batch *b, size_t tokens, size_t room,
	encoder_sink *sink, void *arg)
{
	b->sink = sink;
	b->arg = arg;
	b->tokens = tokens;
	b->room = room;
	free(b->out);
	b->out = mem_alloc(
		room * tokens * encode_batch_columns(b), sizeof(uint32_t));
}

static void
quantize(struct encode_batch *b, const float *z, size_t n, uint32_t *codes,
	size_t worker, float *work)
{
	if (b->beam)
		beam_encode(b->beam[worker], z, n, codes);
	else
		quantizer_encode(&b->model->quantizer, z, n, b->opts.stages,
			codes, NULL, work);
}

/* Vectors of one chunk to codes or latents. */
static void
encode_chunk(void *arg, size_t chunk, size_t worker)
{
	struct encode_batch *b = arg;
	const struct model *m = b->model;
	size_t dim = m->transform.dim, from = chunk * CHUNK_VECTORS;
	size_t n = chunk_size(b->rows * b->tokens, chunk);
	size_t columns = encode_batch_columns(b);
	uint32_t *codes = (uint32_t *)b->out + from * columns;
	float *v = b->x + from * dim, *work = b->work + worker * b->work_size;
	float *z;

	if (m->transform.kind == ITEM_AUDIO) {
		frames_transform(b->opts.frames, v, n, work);
		v = work;
		work += CHUNK_VECTORS * dim;
	}
	transform_normalize(&m->transform, v, n);
	if (b->opts.latents) {
		net_encode(&m->net, v, n, (float *)b->out + from * columns);
		return;
	}
	z = work;
	work += CHUNK_VECTORS * m->net.d;
	net_encode(&m->net, v, n, z);
	quantize(b, z, n, codes, worker, work);
}

int
encode_batch_rows(struct encode_batch *b, float *x, size_t n, struct err *e)
{
	b->x = x;
	b->rows = n;
	pool_run(b->opts.pool, chunk_count(n * b->tokens), encode_chunk, b);
	return b->sink(b->arg, b->out, n, e);
}
