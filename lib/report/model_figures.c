#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/judge.h"
#include "report/book_figures.h"
#include "report/figures.h"
#include "report/model_figures.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/num.h"

static void
set_text(json_t *o, const struct meta *m, const char *key)
{
	const char *text = meta_get(m, key);

	json_object_set_new(o, key, text ? json_string(text) : json_null());
}

/* W of the codes C W^T of a column, if there is one. */
static void
set_projection(json_t *o, const struct record *r, size_t column, size_t columns)
{
	char prefix[MODEL_PREFIX_MAX], name[2 * MODEL_PREFIX_MAX];
	const struct tensor *t;
	float *w;

	model_prefix(prefix, column, columns);
	snprintf(name, sizeof(name), "%sembedding_proj.weight", prefix);
	t = record_find(r, name);
	if (!t || t->rank != 2)
		return;
	w = tensor_floats(t);
	book_figures_map(o, "projection", w, t->shape[0], t->shape[1]);
	free(w);
}

/* A codebook has several tables where it is conditional. */
static void
add_tables(json_t *all, const struct quantizer *q, size_t column,
	const struct record *r, struct pool *pool)
{
	const struct codebook *b = &q->book[column];

	for (size_t v = 0; v < b->variants; v++) {
		json_t *o = json_object();

		figures_count(o, "stage", column / q->groups);
		figures_count(o, "group", column % q->groups);
		if (b->variants > 1)
			figures_count(o, "variant", v);
		book_figures_set(o, b, v, pool);
		if (v == 0)
			set_projection(o, r, column, quantizer_books(q));
		json_array_append_new(all, o);
	}
}

/* Bits a pixel, or a second of a channel. */
static double
rate(const struct model *m)
{
	const struct transform *t = &m->transform;
	double bits = 0;

	for (size_t c = 0; c < quantizer_columns(&m->quantizer); c++)
		bits += log2((double)quantizer_book(&m->quantizer, c)->k);
	if (t->kind == ITEM_AUDIO)
		return bits * (double)t->sample_rate / (double)t->patch;
	return bits / (double)(t->patch * t->patch);
}

/* What its training measured on data that it was not made from. */
static double
quality(const struct model *m)
{
	const char *error = meta_get(&m->meta, "held_error");
	const char *on = meta_get(&m->meta, "judged_on");
	double v;

	if (!error || !on || strcmp(on, "held") != 0 ||
		num_real(error, &v) != 0)
		return NAN;
	return judge_quality(m, v);
}

static void
set_rate(json_t *o, const struct model *m)
{
	bool sound = m->transform.kind == ITEM_AUDIO;

	if (m->transform.kind == ITEM_ROWS)
		return;
	figures_real(o, sound ? "bits_per_second" : "bits_per_pixel", rate(m));
	figures_real(o, sound ? "held_snr_db" : "held_psnr_db", quality(m));
}

json_t *
model_figures(const struct model *m, const struct record *r, const char *name,
	struct pool *pool)
{
	static const char *const said[] = { "type", "net", "media" };
	const struct quantizer *q = &m->quantizer;
	json_t *o = json_object(), *tables = json_array();
	char *item = names_escape(name);

	figures_text(o, "item", item);
	figures_text(o, "model", m->fingerprint);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		set_text(o, &m->meta, said[i]);
	figures_count(o, "dim", m->transform.dim);
	figures_count(o, "d", q->d);
	figures_count(o, "stages", q->stages);
	figures_count(o, "groups", q->groups);
	json_object_set_new(o, "shared", json_boolean(q->shared));
	set_rate(o, m);
	for (size_t c = 0; c < quantizer_books(q); c++)
		add_tables(tables, q, c, r, pool);
	json_object_set_new(o, "tables", tables);
	free(item);
	return o;
}
