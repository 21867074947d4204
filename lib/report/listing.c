#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "media/audio.h"
#include "media/png.h"
#include "media/sniff.h"
#include "model/model_find.h"
#include "model/pack_in.h"
#include "report/figures.h"
#include "report/listing.h"
#include "tensor/npy.h"
#include "tensor/safetensors.h"
#include "util/jsontext.h"
#include "util/mem.h"
#include "util/names.h"

static int
put(struct listing *l, const char *text, struct err *e)
{
	return output_write(l->out, text, strlen(text), e) == 0 ? 0 : 1;
}

int
listing_begin(struct listing *l, struct err *e)
{
	static const char *const head[] = { "",
		"file\trecord\ttensor\tdtype\tshape\tmetadata\n",
		"{\"format\": 1, \"records\": [" };

	return put(l, head[l->as], e);
}

int
listing_end(struct listing *l, struct err *e)
{
	return put(l, l->as == RENDER_JSON ? "\n]}\n" : "", e);
}

/* "[3,4]" */
static char *
shape_text(const struct tensor *t)
{
	char *text = mem_strdup("["), *longer;

	for (size_t i = 0; i < t->rank; i++) {
		longer = mem_printf("%s%s%zu", text, i ? "," : "", t->shape[i]);
		free(text);
		text = longer;
	}
	longer = mem_printf("%s]", text);
	free(text);
	return longer;
}

/* "a=1" */
static char *
pair_text(const char *key, const json_t *v)
{
	char *raw = mem_printf("%s=%s", key, json_string_value(v));
	char *pair = names_printable(raw);

	free(raw);
	return pair;
}

/* "a=1 b=2" */
static char *
meta_text(const struct meta *m)
{
	char *text = mem_strdup(""), *longer;
	const char *key;
	json_t *v;

	json_object_foreach(m->map, key, v)
	{
		char *pair = pair_text(key, v);

		longer = mem_printf("%s%s%s", text, *text ? " " : "", pair);
		free(pair);
		free(text);
		text = longer;
	}
	return text;
}

static int
put_line(struct listing *l, const char *file, const struct tensor *t,
	const char *meta, struct err *e)
{
	char *shape = shape_text(t), *name = names_printable(t->name), *line;
	int status;

	if (l->as == RENDER_TSV)
		line = mem_printf("%s\t%zu\t%s\t%s\t%s\t%s\n", file, l->records,
			name, dtype_name(t->dtype), shape, meta);
	else
		line = mem_printf("%s  %s %s %s%s%s\n", file, name,
			dtype_name(t->dtype), shape, *meta ? "  " : "", meta);
	status = put(l, line, e);
	free(shape);
	free(name);
	free(line);
	return status;
}

/* What is said of a model is long: a line for each key. */
static int
put_keys(struct listing *l, const char *file, const struct meta *m,
	struct err *e)
{
	const char *key;
	json_t *v;

	json_object_foreach(m->map, key, v)
	{
		char *pair = pair_text(key, v);
		char *line = mem_printf("%s  %s\n", file, pair);
		int status = put(l, line, e);

		free(pair);
		free(line);
		if (status != 0)
			return status;
	}
	return 0;
}

static bool
is_model(const struct meta *m)
{
	const char *kind = meta_get(m, "kind");

	return kind && (strcmp(kind, "model") == 0 || strcmp(kind, "moe") == 0);
}

/* A record without tensors has a line too: its metadata. */
static int
put_lines(struct listing *l, const char *file, const struct record *r,
	struct err *e)
{
	bool apart = l->as == RENDER_TEXT && is_model(&r->meta);
	char *meta = apart ? mem_strdup("") : meta_text(&r->meta);
	char *name = names_escape(file);
	struct tensor none = { .name = (char[]){ "-" }, .dtype = DT_U8 };
	int status = 0;

	if (!r->count)
		status = put_line(l, name, &none, meta, e);
	for (size_t i = 0; i < r->count && status == 0; i++)
		status = put_line(l, name, &r->tensor[i], i ? "" : meta, e);
	if (apart && status == 0)
		status = put_keys(l, name, &r->meta, e);
	free(meta);
	free(name);
	return status;
}

static json_t *
tensor_object(const struct tensor *t)
{
	json_t *o = json_object(), *shape = json_array();

	figures_text(o, "name", t->name);
	figures_text(o, "dtype", dtype_name(t->dtype));
	for (size_t i = 0; i < t->rank; i++)
		json_array_append_new(
			shape, json_integer((json_int_t)t->shape[i]));
	json_object_set_new(o, "shape", shape);
	return o;
}

static int
put_object(struct listing *l, const char *file, const struct record *r,
	struct err *e)
{
	json_t *o = json_object(), *tensors = json_array();
	char *name = names_escape(file), *text;
	int status;

	figures_text(o, "file", name);
	json_object_set_new(o, "metadata",
		r->meta.map ? json_incref(r->meta.map) : json_object());
	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(tensors, tensor_object(&r->tensor[i]));
	json_object_set_new(o, "tensors", tensors);
	text = jsontext(o, 0);
	status = put(l, l->records ? ",\n  " : "\n  ", e);
	if (status == 0)
		status = put(l, text, e);
	free(text);
	free(name);
	json_decref(o);
	return status;
}

static int
put_record(struct listing *l, const char *file, const struct record *r,
	struct err *e)
{
	int status = l->as == RENDER_JSON ? put_object(l, file, r, e)
					  : put_lines(l, file, r, e);

	l->records++;
	return status;
}

static int
list_array(struct listing *l, struct input *in, struct err *e)
{
	struct record r = { 0 };
	struct tensor t = { .name = (char[]){ "array" } };
	struct npy h;

	if (npy_read(in, &h, e) != 0 || input_skip(in, h.bytes, e) != 0)
		return -1;
	t.dtype = h.dtype;
	t.rank = h.rank;
	memcpy(t.shape, h.shape, sizeof(t.shape));
	r.tensor = &t;
	r.count = 1;
	return put_record(l, input_name(in), &r, e);
}

static int
list_record(struct listing *l, struct input *in, struct err *e)
{
	struct record r = { 0 };
	struct extent *ext = NULL;
	uint64_t total;
	int status = -1;

	if (safetensors_read(in, &r, &ext, &total, e) == 0 &&
		input_skip(in, total, e) == 0)
		status = put_record(l, input_name(in), &r, e);
	free(ext);
	record_free(&r);
	return status;
}

static int
list_packed(struct listing *l, struct input *in, struct err *e)
{
	struct record r = { 0 };
	int status = pack_in_skip(in, &r, e);

	if (status == 0)
		status = put_record(l, input_name(in), &r, e);
	record_free(&r);
	return status;
}

static int
list_stream(struct listing *l, struct input *in, struct err *e)
{
	const unsigned char *p;
	ptrdiff_t n;
	int status = 0;

	while (status == 0 && (n = input_peek(in, NPY_MAGIC_SIZE, &p, e))) {
		if (n < 0)
			return -1;
		if (n == NPY_MAGIC_SIZE && !memcmp(p, NPY_MAGIC, (size_t)n))
			status = list_array(l, in, e);
		else if (packed_next(in))
			status = list_packed(l, in, e);
		else
			status = list_record(l, in, e);
	}
	return status;
}

static int
list_image(struct listing *l, struct input *in, struct err *e)
{
	struct record r = { 0 };
	struct image_info i;
	const struct limit any = { 0 };
	struct png_in *png = png_in_open(in, &any, &i, e);
	size_t shape[3];
	struct tensor t = { .name = (char[]){ "image" }, .rank = 3 };
	int status;

	if (!png)
		return -1;
	shape[0] = i.height;
	shape[1] = i.width;
	shape[2] = i.channels;
	memcpy(t.shape, shape, sizeof(shape));
	t.dtype = i.bit_depth > 8 ? DT_U16 : DT_U8;
	meta_set(&r.meta, "media", "image");
	r.tensor = &t;
	r.count = 1;
	status = put_record(l, input_name(in), &r, e);
	meta_free(&r.meta);
	png_in_close(png);
	return status;
}

static int
list_audio(struct listing *l, struct input *in, struct err *e)
{
	struct record r = { 0 };
	struct audio_info i;
	struct audio_in *audio = audio_in_open(in, &l->limit, &i, e);
	struct tensor t = { .name = (char[]){ "audio" }, .rank = 2 };
	int status;

	if (!audio)
		return -1;
	t.shape[0] = i.frames;
	t.shape[1] = i.channels;
	t.dtype = DT_F32;
	meta_set(&r.meta, "media", "audio");
	meta_setf(&r.meta, "sample_rate", "%zu", i.sample_rate);
	r.tensor = &t;
	r.count = 1;
	status = put_record(l, input_name(in), &r, e);
	meta_free(&r.meta);
	audio_in_close(audio);
	return status;
}

int
listing_operand(struct listing *l, const char *path, struct err *e)
{
	char *found = model_find(path, e);
	struct input *in = found ? input_open(found, e) : NULL;
	enum media kind;
	int status;

	free(found);

	if (!in)
		return -1;
	status = sniff_media(in, &kind, e);
	if (status == 0 && kind == MEDIA_EMPTY)
		status = err_set(e, "empty");
	else if (status == 0 && kind == MEDIA_IMAGE)
		status = list_image(l, in, e);
	else if (status == 0 && kind == MEDIA_AUDIO)
		status = list_audio(l, in, e);
	else if (status == 0)
		status = list_stream(l, in, e);
	input_close(in);
	return status;
}
