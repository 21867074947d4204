#include <stdlib.h>
#include <string.h>

#include "model/foreign.h"
#include "model/token_meta.h"
#include "util/mem.h"

/* Keys that describe the item or the record that it came in: ours to say. */
static const char *const ours[] = { "format", "kind", "media", "item", "part",
	"last", "rows", "height", "width", "channels", "bit_depth",
	"sample_rate", "frames", "codes", "model", "crc32", "program" };

static const char *const articles[] = { "an image", "a sound", "rows" };

int
token_meta_suits(
	const struct model *m, const struct item_info *i, struct err *e)
{
	const struct transform *t = &m->transform;
	char *doubt;

	if (i->fault)
		return err_set(e, "%s", i->fault);
	if (t->kind == ITEM_ROWS && i->kind == ITEM_ROWS && i->cols != t->dim) {
		doubt = foreign_doubt(
			&m->meta, m->quantizer.book[0].k, i->cols);
		err_set(e,
			"rows of %zu numbers, but the model takes rows of %zu%s",
			i->cols, t->dim, doubt);
		free(doubt);
		return -1;
	}
	if (t->kind == i->kind)
		return 0;
	if (t->kind == ITEM_ROWS)
		return err_set(e, "%s, but the model takes rows of %zu numbers",
			articles[i->kind], t->dim);
	if (i->kind == ITEM_ROWS)
		return err_set(e, "rows of %zu numbers, but the model takes %s",
			i->cols, t->kind == ITEM_IMAGE ? "images" : "sounds");
	return err_set(e, "%s, but the model takes %s", articles[i->kind],
		t->kind == ITEM_IMAGE ? "images" : "sounds");
}

size_t
token_meta_rows(const struct model *m, const struct item_info *i)
{
	size_t p = m->transform.kind == ITEM_ROWS ? 1 : m->transform.patch;

	if (i->rows == SOURCE_UNKNOWN)
		return SOURCE_UNKNOWN;
	return i->rows / p + (i->rows % p != 0);
}

/* Channels of an image of `have` channels after a model of `model` ones. */
static size_t
channels_after(size_t have, size_t model)
{
	size_t colours = have >= 3 && model >= 3 ? 3 : 1;

	return colours + (have % 2 == 0 && model % 2 == 0);
}

/* k of the first n columns as a comma list, or one number if all are equal.
 * malloc'd */
static char *
codes_of(const struct quantizer *q, size_t n)
{
	char *text = mem_printf("%zu", q->book[0].k);
	bool same = true;

	for (size_t c = 1; c < n; c++)
		same = same && quantizer_book(q, c)->k == q->book[0].k;
	for (size_t c = 1; c < n && !same; c++) {
		char *longer =
			mem_printf("%s,%zu", text, quantizer_book(q, c)->k);

		free(text);
		text = longer;
	}
	return text;
}

static void
set_size(struct meta *m, const char *key, size_t v)
{
	if (v != SOURCE_UNKNOWN)
		meta_setf(m, key, "%zu", v);
}

static void
fill_media(struct meta *m, const struct model *model, const struct item_info *i)
{
	if (i->kind == ITEM_IMAGE) {
		set_size(m, "height", i->height);
		set_size(m, "width", i->width);
		set_size(m, "channels",
			channels_after(i->channels, model->transform.channels));
		set_size(m, "bit_depth", i->bit_depth);
	} else if (i->kind == ITEM_AUDIO) {
		set_size(m, "frames", i->frames);
		set_size(m, "channels", i->channels);
		set_size(m, "bit_depth", i->bit_depth);
		set_size(m, "sample_rate",
			i->sample_rate ? i->sample_rate
				       : model->transform.sample_rate);
	}
}

void
token_meta_fill(
	struct meta *m, const struct token_meta *t, const struct item_info *i)
{
	if (i->meta)
		meta_copy(m, i->meta);
	for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
		meta_del(m, ours[k]);
	meta_set(m, "format", "1");
	meta_set(m, "kind", t->latents ? "vectors" : "codes");
	meta_set(m, "media", item_kind_name(i->kind));
	meta_set(m, "item", i->item);
	set_size(m, "rows", token_meta_rows(t->model, i));
	fill_media(m, t->model, i);
	if (!t->latents) {
		const struct quantizer *q = &t->model->quantizer;
		char *codes = codes_of(q, t->stages * q->groups);

		meta_set(m, "codes", codes);
		free(codes);
	}
	meta_set(m, "model", t->model->fingerprint);
	meta_set(m, "program", t->program);
}
