/* Models of ours and codebooks from elsewhere; what loads encodes a little and
 * decodes that. */
#include "fuzz.h"
#include "mutate.h"
#include "model/decoder.h"
#include "model/encoder.h"

#define ROWS ((size_t)3)
#define NUMBERS_MOST ((size_t)1 << 16) /* more takes its time */

static struct decoder *back;

static int
take_samples(void *arg, const float *rows, size_t n, struct err *e)
{
	(void)arg;
	(void)rows;
	(void)n;
	(void)e;
	return 0;
}

static int
take_codes(void *arg, const void *codes, size_t n, struct err *e)
{
	(void)arg;
	return decoder_push(back, codes, n, e);
}

static void
use(const struct model *m, const struct frames *f)
{
	const struct transform *t = &m->transform;
	struct encoder *x =
		encoder_open(m, (struct encoder_opts){ .frames = f });
	size_t side = t->kind == ITEM_ROWS ? t->dim
		: t->kind == ITEM_IMAGE    ? 5 * t->channels
					   : 1;
	float *rows = calloc(ROWS * side, sizeof(*rows));
	struct err e = { "" };
	struct decoder_item item = { .columns = encoder_columns(x),
		.width = 5,
		.height = ROWS,
		.channels = t->channels,
		.frames = ROWS,
		.sample_rate = t->sample_rate };

	FUZZ_HOLDS(rows != NULL);
	back = decoder_open(m, (struct decoder_opts){ .frames = f });
	item.tokens = encoder_begin(x, side, take_codes, NULL);
	if (decoder_begin(back, item, take_samples, NULL, &e) == 0 &&
		encoder_push(x, rows, ROWS, &e) == 0 && encoder_end(x, &e) == 0)
		fuzz_said(decoder_end(back, &e), &e);
	decoder_close(back);
	encoder_close(x);
	free(rows);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model m = { 0 };
	struct frames f = { 0 };
	struct err e = { "" };
	int status = model_load(&m, fuzz_path(data, size), &e);

	fuzz_said(status, &e);
	if (status == 0 && m.transform.dim <= NUMBERS_MOST) {
		if (m.transform.kind == ITEM_AUDIO)
			frames_init(&f, m.transform.patch);
		use(&m, &f);
		frames_free(&f);
	}
	if (status == 0)
		model_free(&m);
	return 0;
}
