#include <stdlib.h>
#include <string.h>

#include "media/convert.h"
#include "model/encoder.h"
#include "util/mem.h"
#include "vq/fail.h"
#include "vq/handle.h"
#include "vq/vq.h"

#define PIECE ((size_t)1024) /* rows that are looked at, then encoded */

/* An item on its way. */
struct way {
	struct crew *crew;
	struct pool *pool;
	struct encoder *encoder;
	unsigned char *to; /* where the next rows of codes go */
	size_t row_bytes;
};

static int
put(void *arg, const void *rows, size_t n, struct err *e)
{
	struct way *w = arg;

	(void)e;
	memcpy(w->to, rows, n * w->row_bytes);
	w->to += n * w->row_bytes;
	return 0;
}

static void
begin(struct way *w, const struct vq_model *m, size_t cols, uint32_t *codes,
	size_t columns)
{
	w->crew = m->crew;
	w->pool = crew_take(m->crew);
	w->encoder = encoder_open(&m->model,
		(struct encoder_opts){
			.stages = columns / m->model.quantizer.groups,
			.pool = w->pool,
			.frames = &m->frames });
	w->to = (unsigned char *)codes;
	w->row_bytes = encoder_begin(w->encoder, cols, put, w) * columns *
		sizeof(*codes);
}

static int
push(struct way *w, const float *rows, size_t n)
{
	struct err e;

	if (encoder_push(w->encoder, rows, n, &e) != 0)
		return fail_err(VQ_EVALUE, &e);
	return VQ_OK;
}

/* status: of what was pushed. */
static int
end(struct way *w, int status)
{
	struct err e;

	if (status == VQ_OK && encoder_end(w->encoder, &e) != 0)
		status = fail_err(VQ_EVALUE, &e);
	encoder_close(w->encoder);
	crew_give(w->crew, w->pool);
	return status;
}

/* x is [n, cols]. */
static int
encode_floats(const struct vq_model *m, const float *x, size_t n, size_t cols,
	uint32_t *codes, size_t columns)
{
	struct way w;
	int status = VQ_OK;

	begin(&w, m, cols, codes, columns);
	for (size_t i = 0; i < n && status == VQ_OK; i += PIECE) {
		size_t rows = n - i < PIECE ? n - i : PIECE;

		status = fail_value(x + i * cols, rows, cols, i);
		if (status == VQ_OK)
			status = push(&w, x + i * cols, rows);
	}
	return end(&w, status);
}

int
vq_encode_rows(const struct vq_model *m, const float *x, size_t n, size_t dim,
	uint32_t *codes, size_t columns)
{
	int status = handle_rows(m, dim, columns);

	if (status != VQ_OK || n == 0)
		return status;
	if (!x || !codes)
		return fail_null(__func__);
	if ((status = fail_size(n, dim, 1, sizeof(*x))) != VQ_OK ||
		(status = fail_size(n, columns, 1, sizeof(*codes))) != VQ_OK)
		return status;
	return encode_floats(m, x, n, dim, codes, columns);
}

int
vq_encode_sound(const struct vq_model *m, const float *frames, size_t n,
	size_t channels, uint32_t *codes, size_t columns)
{
	int status = handle_sound(m, n, channels, columns);

	if (status != VQ_OK || n == 0)
		return status;
	if (!frames || !codes)
		return fail_null(__func__);
	return encode_floats(m, frames, n, channels, codes, columns);
}

/* A row of pixels as the model takes it; raw has room for it as it comes. */
static void
take_row(const unsigned char *pixels, size_t width, size_t channels, float *raw,
	float *row, size_t to)
{
	for (size_t i = 0; i < width * channels; i++)
		raw[i] = (float)pixels[i] / 255.0f;
	convert_channels(raw, channels, row, to, width);
}

int
vq_encode_image(const struct vq_model *m, const unsigned char *pixels,
	size_t width, size_t height, size_t channels, uint32_t *codes,
	size_t columns)
{
	int status = handle_image(m, width, height, channels, columns);
	struct way w;
	size_t mine;
	float *raw, *row;

	if (status != VQ_OK)
		return status;
	if (!pixels || !codes)
		return fail_null(__func__);
	mine = m->model.transform.channels;
	raw = mem_floats(width * channels);
	row = mem_floats(width * mine);
	begin(&w, m, width * mine, codes, columns);
	for (size_t y = 0; y < height && status == VQ_OK; y++) {
		take_row(pixels + y * width * channels, width, channels, raw,
			row, mine);
		status = push(&w, row, 1);
	}
	status = end(&w, status);
	free(raw);
	free(row);
	return status;
}
