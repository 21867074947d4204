#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "media/audio.h"
#include "media/png.h"
#include "model/decoder.h"
#include "model/encoder.h"
#include "model/preview.h"
#include "model/preview_items.h"
#include "util/mem.h"

#define GAP ((size_t)4) /* pixels between the two */

struct preview {
	char *dir;
	struct pool *pool;
	const struct transform *t;
	struct preview_items items;
	struct frames frames;
	bool heard; /* the originals of sounds are there */
};

struct preview *
preview_open(const char *dir, const struct dataset *s, struct corpus *c,
	struct pool *pool, struct err *e)
{
	struct preview *p;

	if (s->transform->kind == ITEM_ROWS) {
		err_set(e, "--preview is for images and sounds, not for rows");
		return NULL;
	}
	p = mem_zalloc(1, sizeof(*p));
	p->dir = mem_strdup(dir);
	p->pool = pool;
	p->t = s->transform;
	if (p->t->kind == ITEM_AUDIO)
		frames_init(&p->frames, p->t->patch);
	preview_items_read(&p->items, s, c);
	if (p->items.count)
		return p;
	preview_close(p);
	err_set(e, "--preview: no item could be read");
	return NULL;
}

void
preview_close(struct preview *p)
{
	if (!p)
		return;
	preview_items_free(&p->items);
	if (p->frames.hop)
		frames_free(&p->frames);
	free(p->dir);
	free(p);
}

/* An item through the model. */
struct trip {
	uint32_t *codes;
	size_t width, room, rows; /* numbers of a row of tokens; rows */
	float *x;
	size_t cols, given;
};

static int
on_codes(void *arg, const void *rows, size_t n, struct err *e)
{
	struct trip *t = arg;

	(void)e;
	if (t->rows + n > t->room) {
		t->room = 2 * (t->rows + n);
		t->codes = mem_grow(
			t->codes, t->room * t->width, sizeof(*t->codes));
	}
	memcpy(t->codes + t->rows * t->width, rows,
		n * t->width * sizeof(*t->codes));
	t->rows += n;
	return 0;
}

static int
on_samples(void *arg, const float *rows, size_t n, struct err *e)
{
	struct trip *t = arg;

	(void)e;
	memcpy(t->x + t->given * t->cols, rows, n * t->cols * sizeof(*t->x));
	t->given += n;
	return 0;
}

static int
there(const struct preview *p, const struct model *m,
	const struct preview_item *i, struct trip *t, struct decoder_item *d,
	struct err *e)
{
	struct encoder *x = encoder_open(m,
		(struct encoder_opts){ .pool = p->pool, .frames = &p->frames });
	int status;

	d->tokens = encoder_begin(x, i->cols, on_codes, t);
	d->columns = encoder_columns(x);
	t->width = d->tokens * d->columns;
	status = encoder_push(x, i->x, i->rows, e);
	if (status == 0)
		status = encoder_end(x, e);
	encoder_close(x);
	return status;
}

static int
back(const struct preview *p, const struct model *m, struct trip *t,
	struct decoder_item d, struct err *e)
{
	struct decoder *x = decoder_open(m,
		(struct decoder_opts){ .pool = p->pool, .frames = &p->frames });
	int status = decoder_begin(x, d, on_samples, t, e);

	if (status == 0)
		status = decoder_push(x, t->codes, t->rows, e);
	if (status == 0)
		status = decoder_end(x, e);
	decoder_close(x);
	return status;
}

/* What it becomes: like i->x, to be freed; NULL and why. */
static float *
reconstruct(const struct preview *p, const struct model *m,
	const struct preview_item *i, struct err *e)
{
	struct trip t = { .cols = i->cols };
	struct decoder_item d = { 0 };
	int status;

	if (p->t->kind == ITEM_IMAGE) {
		d.channels = p->t->channels;
		d.width = i->cols / d.channels;
		d.height = i->rows;
	} else {
		d.frames = i->rows;
		d.sample_rate = p->t->sample_rate;
	}
	t.x = mem_zalloc(i->rows * i->cols, sizeof(*t.x));
	status = there(p, m, i, &t, &d, e);
	if (status == 0)
		status = back(p, m, &t, d, e);
	free(t.codes);
	if (status == 0)
		return t.x;
	free(t.x);
	return NULL;
}

static struct output *
open_file(const struct preview *p, const char *when, const char *name,
	const char *extension, struct err *e)
{
	struct output_opts o = {
		.force = true, .parents = true, .root = p->dir
	};
	char *path = mem_printf("%s/%s-%s.%s", p->dir, when, name, extension);
	struct output *out = output_open(path, o, e);

	if (!out)
		err_wrap(e, "%s", path);
	free(path);
	return out;
}

static int
commit(struct output *o, int status, struct err *e)
{
	if (status == 0)
		return output_commit(o, e);
	output_abort(o);
	return status;
}

static int
write_pair(struct output *o, const struct preview_item *i, const float *x,
	size_t channels, struct err *e)
{
	size_t gap = GAP * channels, all = 2 * i->cols + gap;
	struct image_info info = { .width = all / channels,
		.height = i->rows,
		.channels = channels,
		.bit_depth = 8 };
	struct png_out *png = png_out_open(o, info, e);
	float *row = mem_floats(all);
	int status = png ? 0 : -1;

	for (size_t c = 0; c < gap; c++)
		row[i->cols + c] = 1;
	for (size_t r = 0; r < i->rows && status == 0; r++) {
		size_t bytes = i->cols * sizeof(*row);

		memcpy(row, i->x + r * i->cols, bytes);
		memcpy(row + i->cols + gap, x + r * i->cols, bytes);
		status = png_out_rows(png, row, 1, e);
	}
	free(row);
	if (status == 0)
		return png_out_close(png, e);
	if (png)
		png_out_abort(png);
	return status;
}

static int
write_sound(struct output *o, const struct preview_item *i, const float *x,
	size_t rate, struct err *e)
{
	struct audio_info info = { .frames = i->rows,
		.channels = i->cols,
		.sample_rate = rate,
		.bit_depth = 16 };
	struct audio_out *a = audio_out_open(o, AUDIO_WAV, info, e);

	if (!a)
		return -1;
	if (audio_out_write(a, x, i->rows, e) == 0)
		return audio_out_close(a, e);
	audio_out_abort(a);
	return -1;
}

static int
write_item(const struct preview *p, const struct preview_item *i,
	const float *x, const char *when, struct err *e)
{
	bool image = p->t->kind == ITEM_IMAGE;
	struct output *o =
		open_file(p, when, i->name, image ? "png" : "wav", e);

	if (!o)
		return -1;
	if (image)
		return commit(o, write_pair(o, i, x, p->t->channels, e), e);
	return commit(o, write_sound(o, i, x, p->t->sample_rate, e), e);
}

int
preview_write(struct preview *p, const struct model *m, const char *when,
	struct err *e)
{
	bool original = p->t->kind == ITEM_AUDIO && !p->heard;

	for (size_t i = 0; i < p->items.count; i++) {
		const struct preview_item *item = &p->items.item[i];
		float *x = reconstruct(p, m, item, e);
		int status = x ? write_item(p, item, x, when, e) : -1;

		free(x);
		if (status == 0 && original)
			status = write_item(p, item, item->x, "original", e);
		if (status != 0)
			return -1;
	}
	p->heard = true;
	return 0;
}
