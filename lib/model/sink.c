#include <stdint.h>
#include <stdlib.h>

#include "model/pack_out.h"
#include "model/sink.h"
#include "util/mem.h"

struct sink {
	/* one of these */
	struct png_out *png;
	struct audio_out *audio;
	struct writer *writer;
	struct pack_out *packed;
	float scale;    /* of whole numbers in raw; 0: as they are */
	size_t numbers; /* in a row of the main column */
	float *scaled;  /* [room, numbers] */
	size_t room;
};

enum outform_kind
sink_form(enum outform_kind k, const struct sink_item *i)
{
	if (k != OUTFORM_AUTO)
		return k;
	if (!i->samples)
		return OUTFORM_RECORD;
	return i->kind == ITEM_IMAGE ? OUTFORM_PNG : OUTFORM_WAV;
}

static int
begin_png(struct sink *s, struct output *o, const struct sink_item *i,
	struct err *e)
{
	struct image_info info = { i->width, i->height, i->channels,
		i->bit_depth };

	if (!i->samples || i->kind != ITEM_IMAGE)
		return err_set(e, "not an image: PNG cannot hold it");
	if (i->rows == WRITER_ROWS_UNKNOWN)
		return err_set(e,
			"an image in parts without `height`: PNG "
			"needs to know it");
	s->png = png_out_open(o, info, e);
	return s->png ? 0 : -1;
}

static int
begin_audio(struct sink *s, struct output *o, enum audio_format f,
	const struct sink_item *i, struct err *e)
{
	struct audio_info info = { i->frames, i->channels, i->sample_rate,
		i->bit_depth };

	if (!i->samples || i->kind != ITEM_AUDIO)
		return err_set(e, "not a sound: %s cannot hold it",
			f == AUDIO_WAV ? "WAV" : "FLAC");
	s->audio = audio_out_open(o, f, info, e);
	return s->audio ? 0 : -1;
}

static float
full_scale(const struct outform *f, const struct sink_item *i)
{
	if (!f->typed || !i->samples)
		return 0;
	if (i->kind == ITEM_IMAGE && f->type == DT_U8)
		return 255;
	if (i->kind == ITEM_IMAGE && f->type == DT_U16)
		return 65535;
	return i->kind == ITEM_AUDIO && f->type == DT_I16 ? 32768 : 0;
}

static int
begin_tensor(struct sink *s, struct output *o, const struct outform *f,
	const struct sink_item *i, struct err *e)
{
	static const enum format formats[] = {
		[OUTFORM_RECORD] = FORMAT_RECORD,
		[OUTFORM_NPY] = FORMAT_NPY,
		[OUTFORM_RAW] = FORMAT_RAW,
	};

	s->writer = writer_begin(
		o, formats[f->kind], &i->meta, i->col, i->cols, i->rows, e);
	if (!s->writer)
		return -1;
	s->scale = full_scale(f, i);
	s->numbers = 1;
	for (size_t a = 1; a < i->col[0].rank; a++)
		s->numbers *= i->col[0].shape[a];
	writer_set_extra(s->writer, i->extra);
	if (f->typed)
		writer_raw_type(s->writer, f->type);
	return 0;
}

static int
begin_packed(struct sink *s, struct output *o, const struct sink_item *i,
	struct err *e)
{
	s->packed =
		pack_out_begin(o, i->probable, &i->meta, i->col, i->cols, e);
	return s->packed ? 0 : -1;
}

struct sink *
sink_begin(struct output *o, struct outform f, const struct sink_item *i,
	struct err *e)
{
	struct sink *s = mem_zalloc(1, sizeof(*s));
	int status;

	f.kind = sink_form(f.kind, i);
	switch (f.kind) {
	case OUTFORM_PNG: status = begin_png(s, o, i, e); break;
	case OUTFORM_WAV: status = begin_audio(s, o, AUDIO_WAV, i, e); break;
	case OUTFORM_FLAC: status = begin_audio(s, o, AUDIO_FLAC, i, e); break;
	case OUTFORM_PACKED: status = begin_packed(s, o, i, e); break;
	default: status = begin_tensor(s, o, &f, i, e);
	}
	if (status == 0)
		return s;
	free(s);
	return NULL;
}

static int
scaled_rows(struct sink *s, const float *x, size_t n, struct err *e)
{
	const void *data;

	if (n > s->room) {
		s->scaled =
			mem_grow(s->scaled, n * s->numbers, sizeof(*s->scaled));
		s->room = n;
	}
	for (size_t i = 0; i < n * s->numbers; i++)
		s->scaled[i] = x[i] * s->scale;
	data = s->scaled;
	return writer_rows(s->writer, &data, n, e);
}

int
sink_rows(struct sink *s, const void *const *data, size_t n, struct err *e)
{
	if (s->png)
		return png_out_rows(s->png, data[0], n, e);
	if (s->audio)
		return audio_out_write(s->audio, data[0], n, e);
	if (s->packed)
		return pack_out_rows(s->packed, data[0], n, e);
	if (s->scale != 0)
		return scaled_rows(s, data[0], n, e);
	return writer_rows(s->writer, data, n, e);
}

int
sink_end(struct sink *s, struct err *e)
{
	int status;

	if (s->png)
		status = png_out_close(s->png, e);
	else if (s->audio)
		status = audio_out_close(s->audio, e);
	else if (s->packed)
		status = pack_out_end(s->packed, e);
	else
		status = writer_end(s->writer, e);
	free(s->scaled);
	free(s);
	return status;
}

int
sink_fail(struct sink *s, struct err *e)
{
	int status = 0;

	if (!s)
		return 0;
	png_out_abort(s->png);
	audio_out_abort(s->audio);
	if (s->packed)
		status = pack_out_fail(s->packed, e);
	if (s->writer)
		status = writer_fail(s->writer, e);
	free(s->scaled);
	free(s);
	return status;
}
