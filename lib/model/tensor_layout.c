#include <string.h>

#include "model/tensor_layout.h"

static bool
is_float(enum dtype t)
{
	return t == DT_F64 || t == DT_F32 || t == DT_F16 || t == DT_BF16;
}

static int
image_item(struct tensor_layout *l, const struct part *p, struct item_info *i,
	struct err *e)
{
	const struct tensor *x = p->main;
	size_t depth = 8;

	if (x->rank < 2 || x->rank > 3)
		return err_set(e, "image of rank %zu: need [h, w, c]", x->rank);
	i->width = x->shape[1];
	i->channels = x->rank == 3 ? x->shape[2] : 1;
	if (i->width == 0 || i->channels < 1 || i->channels > 4)
		return err_set(e,
			"image of width %zu and %zu channels: need a width "
			"and 1 to 4 channels",
			i->width, i->channels);
	if (!is_float(x->dtype) && x->dtype != DT_U8 && x->dtype != DT_U16)
		return err_set(e,
			"image of %s: need floats from 0 to 1, U8 or U16",
			dtype_name(x->dtype));
	l->full = x->dtype == DT_U8 ? 255 : x->dtype == DT_U16 ? 65535 : 0;
	meta_size(&p->rec.meta, "bit_depth", &depth);
	i->bit_depth = x->dtype == DT_U16 || depth == 16 ? 16 : 8;
	l->cols = i->width * i->channels;
	if (i->rows == 0)
		return err_set(e, "image of 0 rows");
	i->height = i->rows;
	return 0;
}

static int
audio_item(struct tensor_layout *l, const struct part *p, struct item_info *i,
	struct err *e)
{
	const struct tensor *x = p->main;
	size_t depth;

	if (x->rank < 1 || x->rank > 2)
		return err_set(e, "audio of rank %zu: need [t, c]", x->rank);
	i->channels = x->rank == 2 ? x->shape[1] : 1;
	if (i->channels == 0 || i->channels > 1024)
		return err_set(e, "audio of %zu channels: need 1 to 1024",
			i->channels);
	if (!is_float(x->dtype) && x->dtype != DT_I16)
		return err_set(e,
			"audio of %s: need floats from -1 to 1 or I16",
			dtype_name(x->dtype));
	l->full = x->dtype == DT_I16 ? 32768 : 0;
	i->bit_depth = 16;
	if (meta_size(&p->rec.meta, "bit_depth", &depth) == 1 && depth >= 1 &&
		depth <= 64)
		i->bit_depth = depth;
	meta_size(&p->rec.meta, "sample_rate", &i->sample_rate);
	i->frames = i->rows;
	l->cols = i->channels;
	return 0;
}

static int
rows_item(struct tensor_layout *l, const struct part *p, bool named,
	struct item_info *i, struct err *e)
{
	const struct tensor *x = p->main;

	if (!named &&
		(strcmp(x->name, "codes") == 0 ||
			strcmp(x->name, "experts") == 0))
		return err_set(e, "holds %s, not vectors or media%s", x->name,
			p->rec.count > 1 ? " (--tensor takes another tensor)"
					 : ": give what they were made of");
	if (x->rank == 0)
		return err_set(e, "a single number, not vectors");
	l->cols = x->rank == 1 ? 1 : x->shape[x->rank - 1];
	if (l->cols == 0)
		return err_set(e, "vectors of 0 numbers");
	l->fold = tensor_row_elements(x) / l->cols;
	if (i->rows != SOURCE_UNKNOWN)
		i->rows *= l->fold;
	return 0;
}

/* How many entries the first axis will have in all parts. */
static size_t
total_rows(const struct part *p, const char *key)
{
	size_t n;

	if (p->first && p->last)
		return p->rows;
	return meta_size(&p->rec.meta, key, &n) == 1 ? n : SOURCE_UNKNOWN;
}

static int
find(struct tensor_layout *l, const struct part *p, bool named,
	struct item_info *i, struct err *e)
{
	static const char *const total[] = { "height", "frames", "rows" };
	const char *name = p->main->name;

	if (!named && strcmp(name, "image") == 0)
		l->kind = ITEM_IMAGE;
	else if (!named && strcmp(name, "audio") == 0)
		l->kind = ITEM_AUDIO;
	i->kind = l->kind;
	i->rows = l->declared = total_rows(p, total[l->kind]);
	switch (l->kind) {
	case ITEM_IMAGE: return image_item(l, p, i, e);
	case ITEM_AUDIO: return audio_item(l, p, i, e);
	default: return rows_item(l, p, named, i, e);
	}
}

int
tensor_layout_find(struct tensor_layout *l, const struct part *p, bool named,
	struct item_info *i, struct err *e)
{
	if (!p->main || p->failed)
		return err_set(e, TENSOR_LAYOUT_CUT);
	*l = (struct tensor_layout){ .kind = ITEM_ROWS,
		.fold = 1,
		.dtype = p->main->dtype,
		.rank = p->main->rank };
	memcpy(l->shape, p->main->shape, sizeof(l->shape));
	if (find(l, p, named, i, e) != 0)
		return -1;
	i->cols = l->cols;
	return 0;
}

bool
tensor_layout_same(const struct tensor_layout *l, const struct tensor *x)
{
	return x->dtype == l->dtype && x->rank == l->rank &&
		memcmp(x->shape + 1, l->shape + 1,
			(l->rank - 1) * sizeof(*l->shape)) == 0;
}
