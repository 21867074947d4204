#include <stdlib.h>
#include <string.h>

#include "media/audio.h"
#include "media/png.h"
#include "report/signal.h"
#include "util/mem.h"

/* One of three sources. */
struct signal_from {
	struct png_in *png;
	struct audio_in *audio;
	struct stream *stream;
	struct part *part;
	size_t used; /* rows of part taken */
	size_t row;  /* rows of the item given out */
	bool broken; /* the stream cannot go on */
};

const char *
signal_word(enum signal_kind k)
{
	static const char *const word[] = { "image", "audio", "vectors" };

	return word[k];
}

static struct signal_from *
source(struct signal_from f)
{
	struct signal_from *copy = mem_alloc(1, sizeof(*copy));

	*copy = f;
	return copy;
}

int
signal_image(struct signal *s, struct input *in, const struct limit *most,
	struct err *e)
{
	struct image_info i;
	struct png_in *png = png_in_open(in, most, &i, e);

	if (!png)
		return -1;
	*s = (struct signal){ SIGNAL_IMAGE, i.height, i.width, i.channels, 0,
		source((struct signal_from){ .png = png }) };
	return 0;
}

int
signal_audio(struct signal *s, struct input *in, const struct limit *most,
	struct err *e)
{
	struct audio_info i;
	struct audio_in *audio = audio_in_open(in, most, &i, e);

	if (!audio)
		return -1;
	*s = (struct signal){ SIGNAL_AUDIO, i.frames, 1, i.channels,
		i.sample_rate, source((struct signal_from){ .audio = audio }) };
	return 0;
}

static bool
named(const struct part *p, const char *name)
{
	return strcmp(p->main->name, name) == 0;
}

bool
signal_is(const struct part *p)
{
	return p->main->dtype <= DT_BF16 || named(p, "image") ||
		named(p, "audio");
}

/* Rows of the whole item: what the metadata say, else what is here. */
static size_t
item_rows(const struct part *p, const char *key)
{
	size_t n;

	if (meta_size(&p->rec.meta, key, &n) == 1)
		return n;
	return p->first && p->last ? p->rows : SIGNAL_ROWS_UNKNOWN;
}

int
signal_item(
	struct signal *s, struct stream *stream, struct part *p, struct err *e)
{
	const struct tensor *t = p->main;
	size_t a_row = tensor_row_elements(t);

	if (t->rank == 0)
		return err_set(e, "tensor \"%s\" is a single number", t->name);
	*s = (struct signal){ SIGNAL_ROWS, item_rows(p, "rows"), 1, a_row, 0,
		NULL };
	if (named(p, "image") && (t->rank == 2 || t->rank == 3)) {
		s->kind = SIGNAL_IMAGE;
		s->rows = item_rows(p, "height");
		s->width = t->shape[1];
		s->channels = t->rank == 3 ? t->shape[2] : 1;
		if (s->channels == 0 || s->channels > 4 || s->width == 0)
			return err_set(e,
				"an image of %zu columns and %zu "
				"channels",
				s->width, s->channels);
	} else if (named(p, "audio") && t->rank <= 2) {
		s->kind = SIGNAL_AUDIO;
		s->rows = item_rows(p, "frames");
		meta_size(&p->rec.meta, "sample_rate", &s->rate);
	}
	s->from = source((struct signal_from){ .stream = stream, .part = p });
	return 0;
}

static float
full_scale(enum dtype t)
{
	switch (t) {
	case DT_U8: return 255;
	case DT_U16: return 65535;
	case DT_I16: return 32768;
	case DT_I32: return 2147483648.0F;
	default: return 1;
	}
}

/* Rows of the part at hand. */
static void
part_rows(struct signal *s, float *out, size_t n)
{
	struct signal_from *f = s->from;
	const struct tensor *t = f->part->main;
	size_t a_row = tensor_row_elements(t), size = dtype_size(t->dtype);
	float scale = s->kind == SIGNAL_ROWS ? 1 : full_scale(t->dtype);

	dtype_to_f32(
		out, t->data + f->used * a_row * size, n * a_row, t->dtype);
	for (size_t i = 0; i < n * a_row && scale > 1; i++)
		out[i] /= scale;
	f->used += n;
}

/* 1: there is another part, 0: there is none. */
static int
next_part(struct signal_from *f, struct err *e)
{
	int got;

	if (f->part->last)
		return 0;
	got = stream_next(f->stream, f->part, e);
	f->broken = got <= 0;
	if (got == 1 && f->part->failed)
		return err_set(e, "incomplete: it failed where it was made");
	f->used = 0;
	return got;
}

static ptrdiff_t
read_item(struct signal *s, float *out, size_t n, struct err *e)
{
	struct signal_from *f = s->from;
	size_t done = 0, take, a_row = s->width * s->channels;

	while (done < n) {
		int got = 1;

		while (f->used == f->part->rows && got == 1)
			got = next_part(f, e);
		if (got <= 0)
			return got < 0 ? -1 : (ptrdiff_t)done;
		if (tensor_row_elements(f->part->main) != a_row)
			return err_set(e,
				"rows of another length from row "
				"%zu on",
				f->row + done);
		take = f->part->rows - f->used;
		take = take < n - done ? take : n - done;
		part_rows(s, out + done * a_row, take);
		done += take;
	}
	return (ptrdiff_t)done;
}

static ptrdiff_t
read_audio(struct signal *s, float *out, size_t n, struct err *e)
{
	size_t done = 0;

	while (done < n) {
		ptrdiff_t got = audio_in_read(
			s->from->audio, out + done * s->channels, n - done, e);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ptrdiff_t)done;
}

static ptrdiff_t
read_image(struct signal *s, float *out, size_t n, struct err *e)
{
	size_t left = s->rows - s->from->row;

	n = n < left ? n : left;
	if (n && png_in_rows(s->from->png, out, n, e) != 0)
		return -1;
	return (ptrdiff_t)n;
}

/* What the metadata of a tensor claim must be what comes. */
static int
check_rows(const struct signal *s, size_t now, bool end, struct err *e)
{
	if (s->rows == SIGNAL_ROWS_UNKNOWN || now == s->rows ||
		(now < s->rows && !end))
		return 0;
	return err_set(e, "%s%zu rows, but its metadata say %zu",
		end ? "" : "at least ", now, s->rows);
}

ptrdiff_t
signal_read(struct signal *s, float *out, size_t n, struct err *e)
{
	size_t a_row = s->width * s->channels, bad;
	ptrdiff_t got;

	if (s->from->png)
		got = read_image(s, out, n, e);
	else if (s->from->audio)
		got = read_audio(s, out, n, e);
	else
		got = read_item(s, out, n, e);
	if (got < 0)
		return -1;
	bad = dtype_find_nonfinite(out, (size_t)got * a_row);
	if (bad < (size_t)got * a_row)
		return err_set(e, "row %zu: NaN or infinity",
			s->from->row + bad / a_row);
	s->from->row += (size_t)got;
	if (check_rows(s, s->from->row, (size_t)got < n, e) != 0)
		return -1;
	return got;
}

bool
signal_close(struct signal *s)
{
	bool usable = true;

	if (s->from) {
		usable = !s->from->broken;
		png_in_close(s->from->png);
		audio_in_close(s->from->audio);
		free(s->from);
	}
	*s = (struct signal){ 0 };
	return usable;
}
