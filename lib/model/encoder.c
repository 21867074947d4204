#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "media/patch.h"
#include "model/chunk.h"
#include "model/encode_batch.h"
#include "model/encoder.h"
#include "model/lapper.h"
#include "util/mem.h"

struct encoder {
	const struct model *model;
	const struct frames *frames;
	struct encode_batch *batch;

	/* the item */
	size_t cols, tokens;
	float *band; /* image: [p, cols], held rows are there */
	size_t held;
	struct lapper *lapper; /* sound: [tokens] */
	float *x;              /* [room, tokens, dim]: vectors of the batch */
	size_t room, filled;   /* rows of tokens */
};

struct encoder *
encoder_open(const struct model *m, struct encoder_opts o)
{
	struct encoder *x = mem_zalloc(1, sizeof(*x));

	assert(m->transform.kind != ITEM_AUDIO || o.frames);
	x->model = m;
	x->frames = o.frames;
	x->batch = encode_batch_open(m, o);
	return x;
}

static void
forget_item(struct encoder *x)
{
	for (size_t c = 0; x->lapper && c < x->tokens; c++)
		lapper_free(&x->lapper[c]);
	free(x->lapper);
	free(x->band);
	free(x->x);
	x->lapper = NULL;
	x->band = x->x = NULL;
	x->held = x->filled = 0;
}

void
encoder_close(struct encoder *x)
{
	if (!x)
		return;
	forget_item(x);
	encode_batch_close(x->batch);
	free(x);
}

size_t
encoder_columns(const struct encoder *x)
{
	return encode_batch_columns(x->batch);
}

static void
begin_kind(struct encoder *x)
{
	const struct transform *t = &x->model->transform;
	size_t p = t->patch;

	switch (t->kind) {
	case ITEM_IMAGE:
		x->tokens = (x->cols / t->channels + p - 1) / p;
		x->band = mem_floats(p * x->cols);
		break;
	case ITEM_AUDIO:
		x->tokens = x->cols;
		x->lapper = mem_alloc(x->tokens, sizeof(*x->lapper));
		for (size_t c = 0; c < x->tokens; c++)
			lapper_init(&x->lapper[c], x->frames);
		break;
	default: x->tokens = 1;
	}
}

size_t
encoder_begin(struct encoder *x, size_t cols, encoder_sink *sink, void *arg)
{
	size_t dim = x->model->transform.dim;

	forget_item(x);
	x->cols = cols;
	begin_kind(x);
	x->room = chunk_rows(dim, x->tokens);
	x->x = mem_floats(x->room * x->tokens * dim);
	encode_batch_begin(x->batch, x->tokens, x->room, sink, arg);
	return x->tokens;
}

static int
flush(struct encoder *x, struct err *e)
{
	size_t n = x->filled;

	if (n == 0)
		return 0;
	x->filled = 0;
	return encode_batch_rows(x->batch, x->x, n, e);
}

/* Where the next row of tokens has its vectors. */
static float *
next_row(struct encoder *x)
{
	return x->x + x->filled * x->tokens * x->model->transform.dim;
}

static int
add_band(struct encoder *x, const float *band, size_t rows, struct err *e)
{
	const struct transform *t = &x->model->transform;

	patch_gather(band, rows, x->cols / t->channels, t->channels, t->patch,
		next_row(x));
	return ++x->filled == x->room ? flush(x, e) : 0;
}

static int
push_image(struct encoder *x, const float *rows, size_t n, struct err *e)
{
	size_t p = x->model->transform.patch;

	while (n > 0) {
		size_t m = p - x->held < n ? p - x->held : n;
		const float *band = rows;

		if (m < p) {
			memcpy(x->band + x->held * x->cols, rows,
				m * x->cols * sizeof(*rows));
			band = x->band;
		}
		x->held += m;
		rows += m * x->cols;
		n -= m;
		if (x->held < p)
			break;
		x->held = 0;
		if (add_band(x, band, p, e) != 0)
			return -1;
	}
	return 0;
}

/* Every channel gives the same number of blocks. */
static int
push_audio(struct encoder *x, const float *rows, size_t n, struct err *e)
{
	size_t hop = x->model->transform.patch, c = x->tokens, given = 0;

	while (n > 0) {
		size_t most, m;

		if (x->room - x->filled < 2 && flush(x, e) != 0)
			return -1;
		most = (x->room - x->filled - 1) * hop;
		m = n < most ? n : most;
		for (size_t i = 0; i < c; i++)
			given = lapper_push(&x->lapper[i], rows + i, c, m,
				next_row(x) + i * hop, c * hop);
		x->filled += given;
		rows += m * c;
		n -= m;
	}
	return 0;
}

static int
push_rows(struct encoder *x, const float *rows, size_t n, struct err *e)
{
	while (n > 0) {
		size_t left = x->room - x->filled, m = n < left ? n : left;

		memcpy(next_row(x), rows, m * x->cols * sizeof(*rows));
		x->filled += m;
		rows += m * x->cols;
		n -= m;
		if (x->filled == x->room && flush(x, e) != 0)
			return -1;
	}
	return 0;
}

int
encoder_push(struct encoder *x, const float *rows, size_t n, struct err *e)
{
	switch (x->model->transform.kind) {
	case ITEM_IMAGE: return push_image(x, rows, n, e);
	case ITEM_AUDIO: return push_audio(x, rows, n, e);
	default: return push_rows(x, rows, n, e);
	}
}

static int
end_audio(struct encoder *x, struct err *e)
{
	size_t hop = x->model->transform.patch, c = x->tokens, given = 0;

	if (x->room - x->filled < 2 && flush(x, e) != 0)
		return -1;
	for (size_t i = 0; i < c; i++)
		given = lapper_flush(
			&x->lapper[i], next_row(x) + i * hop, c * hop);
	x->filled += given;
	return 0;
}

int
encoder_end(struct encoder *x, struct err *e)
{
	if (x->held && add_band(x, x->band, x->held, e) != 0)
		return -1;
	x->held = 0;
	if (x->lapper && end_audio(x, e) != 0)
		return -1;
	return flush(x, e) == 0 ? encode_batch_end(x->batch, e) : -1;
}
