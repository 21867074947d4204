#include <stdlib.h>
#include <string.h>

#include "model/decoder.h"
#include "util/mem.h"
#include "vq/fail.h"
#include "vq/handle.h"
#include "vq/vq.h"

/* Where the next rows of samples go. */
struct place {
	unsigned char *to;
	size_t cols;
};

static int
put_floats(void *arg, const float *rows, size_t n, struct err *e)
{
	struct place *p = arg;
	size_t bytes = n * p->cols * sizeof(*rows);

	(void)e;
	memcpy(p->to, rows, bytes);
	p->to += bytes;
	return 0;
}

/* Samples are 0 to 1: rounded as PNG files have them (media/png_out.c). */
static int
put_pixels(void *arg, const float *rows, size_t n, struct err *e)
{
	struct place *p = arg;

	(void)e;
	for (size_t i = 0; i < n * p->cols; i++)
		*p->to++ = (unsigned char)(rows[i] * 255.0f + 0.5f);
	return 0;
}

/* rows of tokens, as i has them. */
static int
decode(const struct vq_model *m, const uint32_t *codes, size_t rows,
	struct decoder_item i, decoder_sink *sink, struct place p)
{
	struct pool *pool = crew_take(m->crew);
	struct decoder *x = decoder_open(&m->model,
		(struct decoder_opts){ .pool = pool, .frames = &m->frames });
	int status = VQ_OK;
	struct err e;

	if (decoder_begin(x, i, sink, &p, &e) != 0 ||
		decoder_push(x, codes, rows, &e) != 0 ||
		decoder_end(x, &e) != 0)
		status = fail_err(
			decoder_overflowed(x) ? VQ_EVALUE : VQ_ECODE, &e);
	decoder_close(x);
	crew_give(m->crew, pool);
	return status;
}

int
vq_decode_rows(const struct vq_model *m, const uint32_t *codes, size_t columns,
	size_t n, size_t dim, float *x)
{
	int status = handle_rows(m, dim, columns);

	if (status != VQ_OK || n == 0)
		return status;
	if (!x || !codes)
		return fail_null(__func__);
	if ((status = fail_size(n, dim, 1, sizeof(*x))) != VQ_OK ||
		(status = fail_size(n, columns, 1, sizeof(*codes))) != VQ_OK)
		return status;
	return decode(m, codes, n,
		(struct decoder_item){ .tokens = 1, .columns = columns },
		put_floats, (struct place){ (unsigned char *)x, dim });
}

int
vq_decode_image(const struct vq_model *m, const uint32_t *codes, size_t columns,
	size_t width, size_t height, size_t channels, unsigned char *pixels)
{
	int status = handle_image(m, width, height, channels, columns);

	if (status != VQ_OK)
		return status;
	if (!pixels || !codes)
		return fail_null(__func__);
	return decode(m, codes, vq_model_tokens(m, height, 1),
		(struct decoder_item){ .tokens = vq_model_tokens(m, 1, width),
			.columns = columns,
			.width = width,
			.height = height,
			.channels = channels },
		put_pixels, (struct place){ pixels, width * channels });
}

int
vq_decode_sound(const struct vq_model *m, const uint32_t *codes, size_t columns,
	size_t n, size_t channels, float *frames)
{
	int status = handle_sound(m, n, channels, columns);

	if (status != VQ_OK || n == 0)
		return status;
	if (!frames || !codes)
		return fail_null(__func__);
	return decode(m, codes, vq_model_tokens(m, n, 1),
		(struct decoder_item){ .tokens = channels,
			.columns = columns,
			.frames = n,
			.sample_rate = m->model.transform.sample_rate },
		put_floats,
		(struct place){ (unsigned char *)frames, channels });
}
