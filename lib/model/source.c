#include <stdlib.h>
#include <string.h>

#include "media/audio.h"
#include "media/convert.h"
#include "media/png.h"
#include "media/resample.h"
#include "media/sniff.h"
#include "model/sound.h"
#include "model/source.h"
#include "model/tensor_items.h"
#include "util/mem.h"
#include "util/names.h"

struct source {
	struct input *in;
	struct source_opts opts;
	struct err fault; /* of this item; msg empty: none */
	char *item;       /* of a PNG or sound file */

	/* one of these */
	struct png_in *png;
	struct audio_in *audio;
	struct tensor_items *tensors;

	struct image_info image; /* of the file or the tensor */
	struct audio_info wave;
	size_t done;         /* rows of the file read */
	struct sound *sound; /* of this item */
	float *rows;         /* [band, width * channels] before conversion */
	size_t band;         /* rows that fit there */
	bool announced;      /* the file was given out */
};

/* Rows to convert at a time: enough to amortize the call. */
#define BAND ((size_t)16)

static int
open_kind(struct source *s, enum media kind, struct err *e)
{
	switch (kind) {
	case MEDIA_IMAGE:
		s->png = png_in_open(s->in, &s->opts.limit, &s->image, e);
		return s->png ? 0 : -1;
	case MEDIA_AUDIO:
		s->audio = audio_in_open(s->in, &s->opts.limit, &s->wave, e);
		return s->audio ? 0 : -1;
	default: s->tensors = tensor_items_open(s->in, &s->opts); return 0;
	}
}

struct source *
source_open(struct input *in, struct source_opts o, struct err *e)
{
	struct source *s = mem_zalloc(1, sizeof(*s));
	enum media kind = MEDIA_TENSOR;
	const unsigned char *p;
	ptrdiff_t n;

	s->in = in;
	s->opts = o;
	n = input_peek(in, 1, &p, e);
	if (n == 0)
		err_set(e, "empty input");
	if (n <= 0)
		goto fail;
	if (!o.stream.raw.columns && sniff_media(in, &kind, e) != 0)
		goto fail;
	if (open_kind(s, kind, e) != 0)
		goto fail;
	s->item = names_escape(input_name(in));
	return s;
fail:
	source_close(s);
	return NULL;
}

static void
end_item(struct source *s)
{
	sound_close(s->sound);
	free(s->rows);
	s->sound = NULL;
	s->rows = NULL;
	s->done = 0;
	s->fault.msg[0] = '\0';
}

void
source_close(struct source *s)
{
	if (!s)
		return;
	end_item(s);
	png_in_close(s->png);
	audio_in_close(s->audio);
	tensor_items_close(s->tensors);
	input_close(s->in);
	free(s->item);
	free(s);
}

/* Sound files may hold floats, and those NaN. */
static ptrdiff_t
pull_audio(struct source *s, float *out, size_t n, struct err *e)
{
	ptrdiff_t got = audio_in_read(s->audio, out, n, e);
	size_t c = s->wave.channels, count = got > 0 ? (size_t)got * c : 0;
	size_t bad = dtype_find_nonfinite(out, count);

	if (bad == count)
		return got;
	return err_set(e,
		"row %zu holds NaN or infinity (column %zu, both counted from "
		"0)",
		s->done + bad / c, bad % c);
}

/* Other bytes behind an image are dropped, as all viewers do; a second image
 * there would be lost. */
static int
check_behind(struct source *s, struct err *e)
{
	static const char png[] = "\x89PNG";
	const unsigned char *p;
	ptrdiff_t n = input_peek(s->in, strlen(png), &p, e);

	if (n < 0)
		return -1;
	if ((size_t)n == strlen(png) && memcmp(p, png, strlen(png)) == 0)
		return err_set(
			e, "a second PNG follows the first: one an input");
	return 0;
}

static ptrdiff_t
pull_image(struct source *s, float *out, size_t n, struct err *e)
{
	size_t left = s->image.height - s->done;

	if (n > left)
		n = left;
	if (n == 0)
		return 0;
	if (png_in_rows(s->png, out, n, e) != 0 ||
		(n == left && check_behind(s, e) != 0))
		return -1;
	return (ptrdiff_t)n;
}

/* Rows as stored, from whatever there is. */
static ptrdiff_t
pull(void *arg, float *out, size_t n, struct err *e)
{
	struct source *s = arg;
	ptrdiff_t got;

	if (s->tensors)
		return tensor_items_read(s->tensors, out, n, e);
	got = s->audio ? pull_audio(s, out, n, e) : pull_image(s, out, n, e);
	if (got > 0)
		s->done += (size_t)got;
	return got;
}

static void
begin_image(struct source *s, struct item_info *i)
{
	s->image = (struct image_info){ .width = i->width,
		.height = i->height,
		.channels = i->channels,
		.bit_depth = i->bit_depth };
	if (!s->opts.channels || s->opts.channels == i->channels)
		return;
	i->cols = i->width * s->opts.channels;
	s->band = BAND;
	s->rows = mem_floats(s->band * i->width * i->channels);
}

static int
begin_audio(struct source *s, struct item_info *i, struct err *e)
{
	size_t to = s->opts.sample_rate, from = i->sample_rate;

	/* A tensor need not say its rate: it is then the one asked for. */
	if (!from || !to)
		from = to = 1;
	s->sound = sound_open(i->channels, from, to, pull, s, e);
	if (!s->sound)
		return -1;
	if (i->frames != SOURCE_UNKNOWN)
		i->rows = resample_length(i->frames, from, to);
	return 0;
}

/* The only item of a PNG or of a sound file. */
static void
file_item(struct source *s, struct item_info *i)
{
	*i = (struct item_info){ .item = s->item };
	if (s->png) {
		i->kind = ITEM_IMAGE;
		i->width = s->image.width;
		i->rows = i->height = s->image.height;
		i->channels = s->image.channels;
		i->bit_depth = s->image.bit_depth;
		i->cols = i->width * i->channels;
	} else {
		i->kind = ITEM_AUDIO;
		i->rows = i->frames = s->wave.frames;
		i->sample_rate = s->wave.sample_rate;
		i->cols = i->channels = s->wave.channels;
		i->bit_depth = s->wave.bit_depth;
	}
}

int
source_next(struct source *s, struct item_info *info, struct err *e)
{
	int got = 1;

	end_item(s);
	if (s->tensors)
		got = tensor_items_next(s->tensors, info, e);
	else if (s->announced)
		return 0;
	else
		file_item(s, info);
	s->announced = true;
	if (got <= 0 || info->fault)
		return got;
	if (info->kind == ITEM_IMAGE)
		begin_image(s, info);
	if (info->kind == ITEM_AUDIO && begin_audio(s, info, &s->fault) != 0)
		*info = (struct item_info){ .item = info->item,
			.fault = s->fault.msg };
	return 1;
}

static ptrdiff_t
read_converted(struct source *s, float *out, size_t n, struct err *e)
{
	size_t got = 0, w = s->image.width, c = s->opts.channels;

	while (got < n) {
		size_t want = n - got < s->band ? n - got : s->band;
		ptrdiff_t m = pull(s, s->rows, want, e);

		if (m < 0)
			return -1;
		convert_channels(s->rows, s->image.channels, out + got * w * c,
			c, (size_t)m * w);
		got += (size_t)m;
		if ((size_t)m < want)
			break;
	}
	return (ptrdiff_t)got;
}

ptrdiff_t
source_read(struct source *s, float *out, size_t n, struct err *e)
{
	if (s->fault.msg[0])
		return err_set(e, "%s", s->fault.msg);
	if (s->rows)
		return read_converted(s, out, n, e);
	if (s->sound)
		return sound_read(s->sound, out, n, e);
	return pull(s, out, n, e);
}

size_t
source_companions(const struct source *s, const struct column **c)
{
	if (s->tensors)
		return tensor_items_companions(s->tensors, c);
	*c = NULL;
	return 0;
}

const void *
source_companion(const struct source *s, size_t i)
{
	return tensor_items_companion(s->tensors, i);
}

size_t
source_loose(const struct source *s, const char *name)
{
	return s->tensors ? tensor_items_loose(s->tensors, name)
			  : SOURCE_UNKNOWN;
}
