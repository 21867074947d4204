#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "model/chunk.h"
#include "model/encode_batch.h"
#include "model/net_stream.h"
#include "quant/beam.h"
#include "quant/code_choice.h"
#include "tensor/dtype.h"
#include "util/mem.h"

/* Errors of neighbours that net conv's decoder adds up; measured on image-8x8:
 * of 0.15 to 0.3 and 0 to 0.1 these are best, and flat. */
#define ERROR_NEAR 0.25f
#define ERROR_CORNER 0.1f

struct encode_batch {
	const struct model *model;
	struct encoder_opts opts;
	float *work; /* [workers, work_size]: scratch of a chunk */
	size_t work_size;
	struct beam **beam; /* [workers]; NULL: the nearest of each stage */
	struct code_choice *choice; /* NULL: bits cost nothing */

	/* the item */
	encoder_sink *sink;
	void *arg;
	size_t tokens, room;
	void *out;              /* [room, tokens, columns] */
	struct net_stream *net; /* NULL: each token by itself */
	float *z; /* [room, tokens, d]: latents to choose by, without a net */
	size_t given; /* rows of latents before the batch */

	/* the batch */
	float *x; /* vectors, or latents that the stream gave */
	size_t rows;
	_Atomic size_t bad; /* the first token whose latents no float holds */
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

static void
open_choice(struct encode_batch *b)
{
	const struct model *m = b->model;

	b->choice = code_choice_open(&m->quantizer, b->opts.probable,
		b->opts.stages, b->opts.lambda);
	if (m->net.type == NET_CONV && m->transform.kind == ITEM_IMAGE)
		code_choice_couple(b->choice, ERROR_NEAR, ERROR_CORNER);
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
	if (o.lambda > 0)
		open_choice(b);
	return b;
}

void
encode_batch_close(struct encode_batch *b)
{
	if (!b)
		return;
	for (size_t i = 0; b->beam && i < pool_threads(b->opts.pool); i++)
		beam_close(b->beam[i]);
	code_choice_close(b->choice);
	net_stream_close(b->net);
	free(b->beam);
	free(b->out);
	free(b->z);
	free(b->work);
	free(b);
}

size_t
encode_batch_columns(const struct encode_batch *b)
{
	return b->opts.latents ? b->model->net.d
			       : b->opts.stages * b->model->quantizer.groups;
}

/* That of an item before it, where the width is the same. */
static void
open_net(struct encode_batch *b, size_t tokens)
{
	if (b->model->net.type != NET_CONV)
		return;
	if (b->net && b->tokens == tokens) {
		net_stream_restart(b->net);
		return;
	}
	net_stream_close(b->net);
	b->net = net_stream_encoder(&b->model->net, tokens, b->opts.pool);
}

void
encode_batch_begin(struct encode_batch *b, size_t tokens, size_t room,
	encoder_sink *sink, void *arg)
{
	b->sink = sink;
	b->arg = arg;
	b->given = 0;
	open_net(b, tokens);
	b->tokens = tokens;
	b->room = room;
	free(b->out);
	b->out = mem_alloc(
		room * tokens * encode_batch_columns(b), sizeof(uint32_t));
	if (!b->choice)
		return;
	code_choice_begin(b->choice, tokens);
	free(b->z);
	b->z = b->net ? NULL : mem_floats(room * tokens * b->model->net.d);
}

/* z are the latents of n tokens, from that one of the batch on. */
static bool
are_finite(struct encode_batch *b, const float *z, size_t n, size_t from)
{
	size_t d = b->model->net.d, at = dtype_find_nonfinite(z, n * d);
	size_t token = from + at / d, seen = atomic_load(&b->bad);

	if (at == n * d)
		return true;
	while (token < seen &&
		!atomic_compare_exchange_weak(&b->bad, &seen, token))
		;
	return false;
}

/* Behind the search of n rows: what are_finite found ends the item. */
static int
count_rows(struct encode_batch *b, size_t n, struct err *e)
{
	size_t row = b->given + b->bad / b->tokens;

	b->given += n;
	if (b->bad >= n * b->tokens)
		return 0;
	return err_set(e,
		"row %zu%s (counted from 0): its latents are beyond what a "
		"float holds",
		row, b->model->transform.kind == ITEM_ROWS ? "" : " of tokens");
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

/* The vectors of a chunk as the net takes them: at v, or in work. */
static float *
centred(const struct encode_batch *b, float *v, size_t n, float *work)
{
	const struct transform *t = &b->model->transform;

	if (t->kind == ITEM_AUDIO) {
		frames_transform(b->opts.frames, v, n, work);
		v = work;
	}
	transform_normalize(t, v, n);
	return v;
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
	bool chosen_here = !b->opts.latents && !b->choice;
	float *z;

	v = centred(b, v, n, work);
	if (v == work)
		work += CHUNK_VECTORS * dim;
	z = chosen_here
		? work
		: (b->choice ? b->z : (float *)b->out) + from * m->net.d;
	net_encode(&m->net, v, n, z);
	if (are_finite(b, z, n, from) && chosen_here)
		quantize(b, z, n, codes, worker,
			work + CHUNK_VECTORS * m->net.d);
}

/* For a stream: in their place. */
static void
centre_chunk(void *arg, size_t chunk, size_t worker)
{
	struct encode_batch *b = arg;
	size_t dim = b->model->transform.dim;
	size_t n = chunk_size(b->rows * b->tokens, chunk);
	float *v = b->x + chunk * CHUNK_VECTORS * dim;
	float *u = centred(b, v, n, b->work + worker * b->work_size);

	if (u != v)
		memcpy(v, u, n * dim * sizeof(*v));
}

/* Latents of a stream to codes. */
static void
quantize_chunk(void *arg, size_t chunk, size_t worker)
{
	struct encode_batch *b = arg;
	size_t from = chunk * CHUNK_VECTORS;

	quantize(b, b->x + from * b->model->net.d,
		chunk_size(b->rows * b->tokens, chunk),
		(uint32_t *)b->out + from * encode_batch_columns(b), worker,
		b->work + worker * b->work_size);
}

static void
run(struct encode_batch *b, float *x, size_t n, pool_fn *fn)
{
	b->x = x;
	b->rows = n;
	b->bad = SIZE_MAX;
	pool_run(b->opts.pool, chunk_count(n * b->tokens), fn, b);
}

/* Latents [rows, tokens, d] of a stream; more than there is room for too. */
static int
take_latents(void *arg, float *z, size_t rows, struct err *e)
{
	struct encode_batch *b = arg;
	size_t n, line = b->tokens * b->model->net.d;

	b->bad = SIZE_MAX;
	are_finite(b, z, rows * b->tokens, 0);
	if (count_rows(b, rows, e) != 0)
		return -1;
	if (b->opts.latents)
		return b->sink(b->arg, z, rows, e);
	for (; rows > 0; rows -= n, z += n * line) {
		n = rows < b->room ? rows : b->room;
		if (b->choice)
			code_choice_rows(b->choice, z, n, b->out);
		else
			run(b, z, n, quantize_chunk);
		if (b->sink(b->arg, b->out, n, e) != 0)
			return -1;
	}
	return 0;
}

int
encode_batch_rows(struct encode_batch *b, float *x, size_t n, struct err *e)
{
	if (b->net) {
		run(b, x, n, centre_chunk);
		return net_stream_push(b->net, x, n, take_latents, b, e);
	}
	run(b, x, n, encode_chunk);
	if (count_rows(b, n, e) != 0)
		return -1;
	if (b->choice)
		code_choice_rows(b->choice, b->z, n, b->out);
	return b->sink(b->arg, b->out, n, e);
}

int
encode_batch_end(struct encode_batch *b, struct err *e)
{
	return b->net ? net_stream_end(b->net, take_latents, b, e) : 0;
}
