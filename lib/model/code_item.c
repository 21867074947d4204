#include <string.h>

#include "model/code_item.h"

/* An image or sound above these is no file of ours; they bound allocations. */
#define WIDTH_MAX ((size_t)1000000)
#define FLOATS_MAX ((size_t)1 << 28) /* in the bands that a decoder holds */
#define CHANNELS_MAX ((size_t)1024)
#define RATE_MAX ((size_t)10000000)
/* Times a rate they are less than 2^63, and each is counted by a size_t. */
#define FRAMES_MAX \
	(UINT64_MAX / RATE_MAX / 2 < SIZE_MAX / 2 \
			? (size_t)(UINT64_MAX / RATE_MAX / 2) \
			: SIZE_MAX / 2)

static int
check_model(const struct part *p, const struct code_item_opts *o, struct err *e)
{
	const char *made_by = meta_get(&p->rec.meta, "model");

	if (o->any_model || !made_by ||
		strcmp(made_by, o->model->fingerprint) == 0)
		return 0;
	return err_set(e,
		"codes of model %s, but this is model %s (--any-model decodes "
		"them anyhow)",
		made_by, o->model->fingerprint);
}

/* A size of the metadata: `value` where it is absent. */
static int
size_of(const struct meta *m, const char *key, size_t min, size_t max,
	size_t value, size_t *out, struct err *e)
{
	int got;

	*out = value;
	got = meta_size(m, key, out);
	if (got == 0 || (got == 1 && *out >= min && *out <= max))
		return 0;
	return err_set(e, "metadata key \"%s\": not a number from %zu to %zu",
		key, min, max);
}

/*
 * Tokens in a row and columns in a token.  An axis of one column may be left
 * out; for rows all but the last axis are folded into one.
 */
static int
read_shape(struct code_item *c, const struct part *p, const struct quantizer *q,
	enum item_kind kind, struct err *e)
{
	const struct tensor *x = p->main;
	size_t all = quantizer_columns(q), full = kind == ITEM_ROWS ? 2 : 3;
	size_t rank = x->rank, tokens = 1, columns = 1;

	c->fold = 1;
	if (kind == ITEM_ROWS && rank >= 2) {
		columns = x->shape[rank - 1];
		c->fold = columns ? tensor_row_elements(x) / columns : 0;
	} else if (rank == full) {
		tokens = x->shape[1];
		columns = x->shape[2];
	} else if (rank == full - 1 && all == 1) {
		tokens = kind == ITEM_ROWS ? 1 : x->shape[1];
	} else if (kind == ITEM_AUDIO && rank == 2) {
		columns = x->shape[1];
	} else if (kind != ITEM_AUDIO || rank != 1 || all != 1) {
		return err_set(e, "codes of rank %zu: %s", rank,
			kind == ITEM_IMAGE ? "an image needs [h, w, r]"
				: kind == ITEM_AUDIO ? "a sound needs [t, c, r]"
						     : "rows need [n, r]");
	}
	if (columns == 0 || columns > all || columns % q->groups != 0)
		return err_set(e,
			"%zu columns of codes, but the model has %zu "
			"(%zu stage%s of %zu group%s)",
			columns, all, q->stages, q->stages > 1 ? "s" : "",
			q->groups, q->groups > 1 ? "s" : "");
	if (tokens == 0 || tokens > WIDTH_MAX ||
		(kind == ITEM_AUDIO && tokens > CHANNELS_MAX))
		return err_set(e, "%zu tokens in a row", tokens);
	c->decoder.tokens = tokens;
	c->decoder.columns = columns;
	return 0;
}

static int
read_stages(struct code_item *c, const struct code_item_opts *o, struct err *e)
{
	size_t there = c->decoder.columns / o->model->quantizer.groups;

	c->decoder.stages = o->stages ? o->stages : there;
	if (c->decoder.stages > there)
		return err_set(e, "codes of %zu stages, --stages asks for %zu",
			there, o->stages);
	return 0;
}

/* Token rows of the whole item, or SOURCE_UNKNOWN. */
static int
total_rows(const struct code_item *c, const struct part *p, size_t *rows,
	struct err *e)
{
	if (p->first && p->last) {
		*rows = p->rows * c->fold;
		return 0;
	}
	return size_of(
		&p->rec.meta, "rows", 0, SIZE_MAX, SOURCE_UNKNOWN, rows, e);
}

/* A band before and after the conversion of channels, and its tokens: a decoder
 * takes at least two rows of them. */
static size_t
band_floats(const struct decoder_item *d, const struct model *m)
{
	const struct transform *t = &m->transform;

	return t->patch * d->width * (t->channels + d->channels) +
		2 * d->tokens * (t->dim + d->columns);
}

static int
find_image(struct code_item *c, const struct part *p, const struct model *m,
	size_t rows, struct err *e)
{
	const struct meta *meta = &p->rec.meta;
	struct decoder_item *d = &c->decoder;
	struct sink_item *h = &c->head;
	size_t patch = m->transform.patch;
	size_t most = SIZE_MAX / patch - 1;

	if (size_of(meta, "width", 1, WIDTH_MAX, d->tokens * patch, &d->width,
		    e) != 0 ||
		size_of(meta, "height", 1, most,
			rows > most ? SOURCE_UNKNOWN : rows * patch, &d->height,
			e) != 0 ||
		size_of(meta, "channels", 1, 4, m->transform.channels,
			&d->channels, e) != 0 ||
		size_of(meta, "bit_depth", 1, 64, 8, &h->bit_depth, e) != 0)
		return -1;
	if ((d->width + patch - 1) / patch != d->tokens)
		return err_set(e,
			"%zu tokens in a row, but an image of width %zu has "
			"%zu with this model",
			d->tokens, d->width, (d->width + patch - 1) / patch);
	if (d->width > WIDTH_MAX || band_floats(d, m) > FLOATS_MAX)
		return err_set(e,
			"an image %zu pixels wide is too large for this model",
			d->width);
	if (d->height == 0)
		return err_set(e, "an image without rows");
	h->width = d->width;
	h->rows = h->height = d->height;
	h->channels = d->channels;
	h->bit_depth = h->bit_depth == 16 ? 16 : 8;
	c->main = (struct column){ "image", DT_F32, 3,
		{ 0, d->width, d->channels }, true };
	return 0;
}

static int
find_audio(struct code_item *c, const struct part *p, const struct model *m,
	size_t rows, struct err *e)
{
	const struct meta *meta = &p->rec.meta;
	const struct transform *t = &m->transform;
	struct decoder_item *d = &c->decoder;
	struct sink_item *h = &c->head;
	size_t most = SIZE_MAX / t->patch;

	if (size_of(meta, "sample_rate", 1, RATE_MAX, t->sample_rate,
		    &d->sample_rate, e) != 0 ||
		size_of(meta, "frames", 0, FRAMES_MAX, SOURCE_UNKNOWN,
			&d->frames, e) != 0 ||
		size_of(meta, "bit_depth", 1, 64, 16, &h->bit_depth, e) != 0)
		return -1;
	h->frames = d->frames;
	if (d->frames == SOURCE_UNKNOWN && rows < most &&
		d->sample_rate == t->sample_rate)
		h->frames = rows * t->patch;
	h->rows = h->frames;
	h->channels = d->tokens;
	h->sample_rate = d->sample_rate;
	c->main = (struct column){ "audio", DT_F32, 2, { 0, d->tokens }, true };
	return 0;
}

/* What is decoded may be larger than its metadata say, or they may not say:
 * rows of tokens are counted too, to a second of sound. */
static int
check_limit(struct code_item *c, const struct code_item_opts *o, struct err *e)
{
	const struct decoder_item *d = &c->decoder;
	const struct limit *l = &o->limit;
	size_t patch = o->model->transform.patch;

	c->rows_most = SIZE_MAX;
	switch (c->head.kind) {
	case ITEM_IMAGE:
		if (l->pixels)
			c->rows_most = l->pixels / d->width / patch + 1;
		return d->height == SOURCE_UNKNOWN
			? 0
			: limit_image(l, d->width, d->height, e);
	case ITEM_AUDIO:
		if (l->samples)
			c->rows_most = (l->samples / d->sample_rate + 1) *
					o->model->transform.sample_rate /
					patch +
				1;
		return d->frames == SOURCE_UNKNOWN
			? 0
			: limit_audio(l, d->frames, e);
	default: return 0;
	}
}

static int
find_kind(struct code_item *c, const struct part *p, const struct model *m,
	size_t rows, struct err *e)
{
	switch (m->transform.kind) {
	case ITEM_IMAGE: return find_image(c, p, m, rows, e);
	case ITEM_AUDIO: return find_audio(c, p, m, rows, e);
	default:
		c->head.rows = rows;
		c->main = (struct column){ "x", DT_F32, 2,
			{ 0, m->transform.dim }, true };
		return 0;
	}
}

static void
set_size(struct meta *m, const char *key, size_t v)
{
	if (v != SOURCE_UNKNOWN)
		meta_setf(m, key, "%zu", v);
}

static void
fill_meta(struct code_item *c, const struct part *p,
	const struct code_item_opts *o)
{
	static const char *const gone[] = { "part", "last", "crc32", "codes",
		"model", "rows", "height", "width", "channels", "bit_depth",
		"frames", "sample_rate" };
	enum item_kind kind = c->head.kind;
	struct meta *m = &c->head.meta;

	meta_copy(m, &p->rec.meta);
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		meta_del(m, gone[i]);
	meta_set(m, "format", "1");
	meta_set(m, "kind", "vectors");
	meta_set(m, "media", item_kind_name(kind));
	meta_set(m, "item", p->item);
	meta_set(m, "program", o->program);
	set_size(m, "rows", c->head.rows);
	if (kind == ITEM_ROWS)
		return;
	set_size(m, "channels", c->head.channels);
	set_size(m, "bit_depth", c->head.bit_depth);
	if (kind == ITEM_IMAGE) {
		set_size(m, "height", c->head.height);
		set_size(m, "width", c->head.width);
	} else {
		set_size(m, "frames", c->head.frames);
		set_size(m, "sample_rate", c->head.sample_rate);
	}
}

int
code_item_find(struct code_item *c, const struct part *p,
	const struct code_item_opts *o, struct err *e)
{
	const struct model *m = o->model;
	enum item_kind kind = m->transform.kind;
	const char *media = meta_get(&p->rec.meta, "media");
	size_t rows;

	*c = (struct code_item){ .head = { .kind = kind,
					 .samples = kind != ITEM_ROWS } };
	if (check_model(p, o, e) != 0)
		return -1;
	if (media && strcmp(media, item_kind_name(kind)) != 0)
		return err_set(e, "codes of media %s, but the model is of %s",
			media, item_kind_name(kind));
	if (read_shape(c, p, &m->quantizer, kind, e) != 0 ||
		read_stages(c, o, e) != 0 || total_rows(c, p, &rows, e) != 0 ||
		find_kind(c, p, m, rows, e) != 0 || check_limit(c, o, e) != 0)
		return -1;
	fill_meta(c, p, o);
	return 0;
}

void
code_item_free(struct code_item *c)
{
	meta_free(&c->head.meta);
}
