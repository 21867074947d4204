#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/moe_checkpoint.h"
#include "model/moe_file.h"
#include "model/moe_layer.h"
#include "model/need.h"
#include "report/book_figures.h"
#include "report/figures.h"
#include "report/moe_figures.h"
#include "stats/rank.h"
#include "util/mem.h"
#include "util/names.h"

#define FILE_MAX RECORD_MOST(40)
#define LAYERS_MAX ((size_t)1024)
#define EXPERTS_MAX ((size_t)65535)

struct seen {
	const struct record *r;
	size_t layers, experts;
};

static const struct tensor *
find(const struct seen *s, size_t layer, const char *name)
{
	char prefix[32], full[MOE_FILE_NAME];

	moe_layer_prefix(prefix, layer, s->layers);
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return record_find(s->r, full);
}

static const struct tensor *
find_matrix(const struct seen *s, size_t layer, const char *name)
{
	const struct tensor *t = find(s, layer, name);

	return t && t->rank == 2 && tensor_elements(t) ? t : NULL;
}

static int
add_gate(json_t *gates, const struct seen *s, size_t layer, struct err *e)
{
	const struct tensor *t = find_matrix(s, layer, "router.weight");
	json_t *o;
	float *w;

	if (!t)
		return 0;
	if (!(w = need_floats(s->r, t->name, t->shape[0], t->shape[1], e)))
		return -1;
	o = json_object();
	figures_count(o, "layer", layer);
	figures_count(o, "experts", t->shape[0]);
	figures_count(o, "dim", t->shape[1]);
	book_figures_rank(o, w, t->shape[0], t->shape[1]);
	json_array_append_new(gates, o);
	free(w);
	return 0;
}

/* How many codes each expert has. */
static void
set_dealt(json_t *o, const size_t *codes, size_t experts, size_t k)
{
	size_t least = k, most = 0, none = 0;
	double mean = (double)k / (double)experts, sum = 0;

	for (size_t i = 0; i < experts; i++) {
		double off = (double)codes[i] - mean;

		least = codes[i] < least ? codes[i] : least;
		most = codes[i] > most ? codes[i] : most;
		none += codes[i] == 0;
		sum += off * off;
	}
	figures_count(o, "experts_without_codes", none);
	figures_count(o, "least_codes", least);
	figures_count(o, "most_codes", most);
	figures_real(o, "codes_cv", sqrt(sum / (double)experts) / mean);
}

static int
set_map(json_t *o, const struct seen *s, size_t layer, size_t k, struct err *e)
{
	const struct tensor *t = find(s, layer, MOE_FILE_MAP);
	size_t *codes;
	uint32_t *map;
	int status = 0;

	if (!t)
		return 0;
	if (t->rank != 1 || t->shape[0] != k)
		return err_set(
			e, "tensor \"%s\": not one expert a code", t->name);
	map = mem_alloc(k, sizeof(*map));
	codes = mem_zalloc(s->experts, sizeof(*codes));
	if (dtype_to_u32(map, t->data, k, t->dtype, e) != 0)
		status = err_wrap(e, "tensor \"%s\"", t->name);
	for (size_t j = 0; j < k && status == 0; j++)
		if (map[j] < s->experts)
			codes[map[j]]++;
		else
			status = err_set(e,
				"tensor \"%s\": code %zu has expert %u of %zu",
				t->name, j, (unsigned)map[j], s->experts);
	if (status == 0)
		set_dealt(o, codes, s->experts, k);
	free(map);
	free(codes);
	return status;
}

static int
add_table(json_t *tables, const struct seen *s, size_t layer, struct pool *pool,
	struct err *e)
{
	const struct tensor *t = find_matrix(s, layer, "quantize.codebook");
	const struct tensor *w =
		find_matrix(s, layer, "quantize.embedding_proj.weight");
	json_t *o;
	float *x;
	int status;

	if (!t)
		t = find_matrix(s, layer, "quantize.embedding.weight");
	if (!t)
		return 0;
	if (!(x = need_floats(s->r, t->name, t->shape[0], t->shape[1], e)))
		return -1;
	o = json_object();
	json_array_append_new(tables, o);
	figures_count(o, "layer", layer);
	book_figures_table(o, x, t->shape[0], t->shape[1], pool);
	status = set_map(o, s, layer, t->shape[0], e);
	free(x);
	if (w && status == 0) {
		x = tensor_floats(w);
		book_figures_map(o, "projection", x, w->shape[0], w->shape[1]);
		free(x);
	}
	return status;
}

static json_t *
describe(const struct seen *s, const char *name)
{
	const char *router = meta_get(&s->r->meta, "router");
	char *item = names_escape(name), id[17];
	json_t *o = json_object();
	size_t top;

	model_fingerprint(s->r, id);
	figures_text(o, "item", item);
	figures_text(o, "model", id);
	figures_text(o, "type", "moe");
	json_object_set_new(
		o, "router", router ? json_string(router) : json_null());
	figures_count(o, "layers", s->layers);
	figures_count(o, "experts", s->experts);
	if (meta_size(&s->r->meta, "top", &top) == 1)
		figures_count(o, "top", top);
	free(item);
	return o;
}

json_t *
moe_figures(
	struct input *in, const char *item, struct pool *pool, struct err *e)
{
	struct record r = { 0 };
	struct seen s = { .r = &r };
	json_t *o = NULL, *gates = json_array(), *tables = json_array();
	int status;

	status = record_read(&r, in, FILE_MAX, e);
	if (status == 0)
		status = moe_checkpoint_refuse(&r, e);
	if (status == 0 &&
		(need_size(&r.meta, "layers", 1, LAYERS_MAX, &s.layers, e) ||
			need_size(&r.meta, "experts", 1, EXPERTS_MAX,
				&s.experts, e)))
		status = -1;
	for (size_t l = 0; l < s.layers && status == 0; l++) {
		status = add_gate(gates, &s, l, e);
		if (status == 0)
			status = add_table(tables, &s, l, pool, e);
	}
	if (status == 0) {
		o = describe(&s, item);
		json_object_set(o, "gates", gates);
		json_object_set(o, "tables", tables);
	}
	json_decref(gates);
	json_decref(tables);
	record_free(&r);
	return o;
}
