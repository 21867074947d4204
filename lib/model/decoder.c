#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "media/convert.h"
#include "media/patch.h"
#include "media/resample.h"
#include "model/chunk.h"
#include "model/decode_batch.h"
#include "model/decoder.h"
#include "model/lapper.h"
#include "tensor/dtype.h"
#include "util/mem.h"

struct decoder {
	const struct model *model;
	const struct frames *frames;
	struct decode_batch *batch;

	struct decoder_item item;
	decoder_sink *sink;
	void *arg;
	uint32_t *codes;     /* [room, tokens, columns] */
	size_t room, filled; /* rows of tokens */
	size_t pushed;       /* rows of tokens before these */
	size_t restored;     /* rows of tokens that became vectors */
	size_t given;        /* rows of samples that the sink got */
	bool overflowed;

	float *band; /* image: [p, width, model's channels] */
	float *rows; /* image: [p, width, channels]; sound: [room * hop, c] */
	struct lapper *lapper;     /* sound: [tokens] */
	struct resample *resample; /* NULL: the item has the model's rate */
	size_t decoded, wanted;    /* frames at the model's rate */
};

struct decoder *
decoder_open(const struct model *m, struct decoder_opts o)
{
	struct decoder *x = mem_zalloc(1, sizeof(*x));

	assert(m->transform.kind != ITEM_AUDIO || o.frames);
	x->model = m;
	x->frames = o.frames;
	x->batch = decode_batch_open(m, o);
	return x;
}

static void
forget_item(struct decoder *x)
{
	for (size_t c = 0; x->lapper && c < x->item.tokens; c++)
		lapper_free(&x->lapper[c]);
	free(x->lapper);
	resample_close(x->resample);
	free(x->codes);
	free(x->band);
	free(x->rows);
	x->lapper = NULL;
	x->resample = NULL;
	x->codes = NULL;
	x->band = x->rows = NULL;
	x->filled = x->pushed = x->given = x->decoded = x->restored = 0;
	x->overflowed = false;
}

void
decoder_close(struct decoder *x)
{
	if (!x)
		return;
	forget_item(x);
	decode_batch_close(x->batch);
	free(x);
}

static int
begin_audio(struct decoder *x, struct err *e)
{
	const struct transform *t = &x->model->transform;
	size_t c = x->item.tokens, rate = x->item.sample_rate;

	x->rows = mem_floats((x->room + 1) * t->patch * c);
	x->lapper = mem_alloc(c, sizeof(*x->lapper));
	for (size_t i = 0; i < c; i++)
		lapper_init(&x->lapper[i], x->frames);
	x->wanted = SOURCE_UNKNOWN;
	if (x->item.frames != SOURCE_UNKNOWN)
		x->wanted =
			resample_length(x->item.frames, rate, t->sample_rate);
	if (rate == t->sample_rate)
		return 0;
	x->resample = resample_open(c, t->sample_rate, rate, e);
	return x->resample ? 0 : -1;
}

static void
clamp(float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = x[i] > 0 ? x[i] < 1 ? x[i] : 1 : 0;
}

static int
give_band(struct decoder *x, const float *v, struct err *e)
{
	const struct transform *t = &x->model->transform;
	size_t w = x->item.width, rows = t->patch;

	if (x->item.height != SOURCE_UNKNOWN &&
		rows > x->item.height - x->given)
		rows = x->item.height - x->given;
	if (rows == 0)
		return err_set(e, "more codes than a height of %zu needs",
			x->item.height);
	patch_scatter(v, rows, w, t->channels, t->patch, x->band);
	clamp(x->band, rows * w * t->channels);
	convert_channels(
		x->band, t->channels, x->rows, x->item.channels, rows * w);
	x->given += rows;
	return x->sink(x->arg, x->rows, rows, e);
}

/* Frames at the item's rate; the converter may give one too many. */
static int
give_frames(void *arg, const float *frames, size_t n, struct err *e)
{
	struct decoder *x = arg;

	if (x->item.frames != SOURCE_UNKNOWN && n > x->item.frames - x->given)
		n = x->item.frames - x->given;
	x->given += n;
	return n ? x->sink(x->arg, frames, n, e) : 0;
}

/* Frames at the model's rate: what lies behind the end is cut off. */
static int
give_audio(struct decoder *x, size_t n, int last, struct err *e)
{
	if (x->wanted != SOURCE_UNKNOWN) {
		size_t hop = x->model->transform.patch;
		size_t left =
			x->wanted > x->decoded ? x->wanted - x->decoded : 0;

		if (n > left && n - left >= hop)
			return err_set(e,
				"more codes than %zu frames of sound need",
				x->item.frames);
		n = n < left ? n : left;
	}
	x->decoded += n;
	if (!x->resample)
		return give_frames(x, x->rows, n, e);
	return resample_push(x->resample, x->rows, n, last, give_frames, x, e);
}

static int
take_audio(struct decoder *x, const float *v, size_t rows, struct err *e)
{
	size_t hop = x->model->transform.patch, c = x->item.tokens, n = 0;

	for (size_t r = 0; r < rows; r++) {
		int given = 0;

		for (size_t i = 0; i < c; i++)
			given = lapper_pull(&x->lapper[i],
				v + (r * c + i) * hop,
				x->rows + n * hop * c + i, c);
		n += (size_t)given;
	}
	return give_audio(x, n * hop, 0, e);
}

static int
take_image(struct decoder *x, const float *v, size_t rows, struct err *e)
{
	size_t ld = x->item.tokens * x->model->transform.dim;

	for (size_t r = 0; r < rows; r++)
		if (give_band(x, v + r * ld, e) != 0)
			return -1;
	return 0;
}

/* Clamping would make pixels of NaN, too. */
static int
check_finite(struct decoder *x, const float *v, size_t rows, struct err *e)
{
	const struct transform *t = &x->model->transform;
	size_t ld = x->item.tokens * t->dim;
	size_t at = dtype_find_nonfinite(v, rows * ld);
	size_t row = x->restored + at / ld;

	x->restored += rows;
	if (at == rows * ld)
		return 0;
	x->overflowed = true;
	return err_set(e,
		"row %zu%s (counted from 0): what its codes stand for is "
		"beyond what a float holds",
		row, t->kind == ITEM_ROWS ? "" : " of tokens");
}

bool
decoder_overflowed(const struct decoder *x)
{
	return x->overflowed;
}

static int
take_vectors(void *arg, const float *v, size_t rows, struct err *e)
{
	struct decoder *x = arg;

	if (check_finite(x, v, rows, e) != 0)
		return -1;
	switch (x->model->transform.kind) {
	case ITEM_IMAGE: return take_image(x, v, rows, e);
	case ITEM_AUDIO: return take_audio(x, v, rows, e);
	default: return x->sink(x->arg, v, rows, e);
	}
}

int
decoder_begin(struct decoder *x, struct decoder_item item, decoder_sink *sink,
	void *arg, struct err *e)
{
	const struct transform *t = &x->model->transform;
	size_t pixels = t->patch * item.width;

	forget_item(x);
	x->item = item;
	x->sink = sink;
	x->arg = arg;
	if (!item.stages)
		x->item.stages = item.columns / x->model->quantizer.groups;
	x->room = chunk_rows(t->dim, item.tokens);
	x->codes = mem_alloc(
		x->room * item.tokens * item.columns, sizeof(*x->codes));
	decode_batch_begin(x->batch,
		(struct decode_batch_item){ .tokens = item.tokens,
			.columns = item.columns,
			.stages = x->item.stages,
			.room = x->room,
			.sink = take_vectors,
			.arg = x });
	switch (t->kind) {
	case ITEM_IMAGE:
		x->band = mem_floats(pixels * t->channels);
		x->rows = mem_floats(pixels * item.channels);
		return 0;
	case ITEM_AUDIO: return begin_audio(x, e);
	default: return 0;
	}
}

static int
flush(struct decoder *x, struct err *e)
{
	size_t n = x->filled;

	if (n == 0)
		return 0;
	x->filled = 0;
	x->pushed += n;
	return decode_batch_rows(x->batch, x->codes, n, e);
}

/* Only the stages that are decoded matter. */
static int
check(const struct decoder *x, const uint32_t *codes, size_t n, size_t row,
	struct err *e)
{
	const struct quantizer *q = &x->model->quantizer;
	size_t used = x->item.stages * q->groups, w = x->item.tokens;

	for (size_t v = 0; v < n * w; v++, codes += x->item.columns)
		for (size_t c = 0; c < used; c++)
			if (codes[c] >= quantizer_book(q, c)->k)
				return err_set(e,
					"row %zu, column %zu: code %u of "
					"stage %zu, group %zu, but the model "
					"has %zu codes there",
					row + v / w, v % w, codes[c],
					c / q->groups, c % q->groups,
					quantizer_book(q, c)->k);
	return 0;
}

int
decoder_push(struct decoder *x, const uint32_t *codes, size_t n, struct err *e)
{
	size_t ld = x->item.tokens * x->item.columns;

	while (n > 0) {
		size_t left = x->room - x->filled, m = n < left ? n : left;

		if (check(x, codes, m, x->pushed + x->filled, e) != 0)
			return -1;
		memcpy(x->codes + x->filled * ld, codes,
			m * ld * sizeof(*codes));
		x->filled += m;
		codes += m * ld;
		n -= m;
		if (x->filled == x->room && flush(x, e) != 0)
			return -1;
	}
	return 0;
}

static int
end_audio(struct decoder *x, struct err *e)
{
	size_t hop = x->model->transform.patch, c = x->item.tokens;
	int given = 0;

	for (size_t i = 0; i < c; i++)
		given = lapper_drain(&x->lapper[i], x->rows + i, c);
	if (give_audio(x, (size_t)given * hop, 1, e) != 0)
		return -1;
	if (x->item.frames != SOURCE_UNKNOWN && x->given < x->item.frames)
		return err_set(e, "codes for %zu frames of sound, not %zu",
			x->given, x->item.frames);
	return 0;
}

int
decoder_end(struct decoder *x, struct err *e)
{
	if (flush(x, e) != 0 || decode_batch_end(x->batch, e) != 0)
		return -1;
	if (x->lapper)
		return end_audio(x, e);
	if (x->model->transform.kind == ITEM_IMAGE &&
		x->item.height != SOURCE_UNKNOWN && x->given < x->item.height)
		return err_set(e, "codes for %zu rows of the image, not %zu",
			x->given, x->item.height);
	return 0;
}
