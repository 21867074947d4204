#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/foreign.h"
#include "report/figures.h"
#include "report/model_old.h"
#include "stats/pairing.h"
#include "util/mem.h"
#include "util/names.h"

struct model_old *
model_old_open(struct input *in, const char *path, struct err *e)
{
	struct model_old *o = mem_zalloc(1, sizeof(*o));

	o->path = path;
	if (foreign_read(&o->record, in, e) == 0 &&
		model_from_record(&o->model, &o->record, e) == 0) {
		o->models = json_array();
		return o;
	}
	record_free(&o->record);
	free(o);
	return NULL;
}

void
model_old_close(struct model_old *o)
{
	if (!o)
		return;
	model_free(&o->model);
	record_free(&o->record);
	json_decref(o->models);
	free(o);
}

static bool
same_tensor(const struct tensor *a, const struct tensor *b)
{
	return a->dtype == b->dtype && a->rank == b->rank &&
		memcmp(a->shape, b->shape, a->rank * sizeof(*a->shape)) == 0 &&
		a->bytes == b->bytes && memcmp(a->data, b->data, a->bytes) == 0;
}

/* All of a's tensors whose names begin so are b's too. */
static bool
has_all(const struct record *a, const struct record *b, const char *prefix)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct tensor *t = &a->tensor[i], *other;

		if (strncmp(t->name, prefix, strlen(prefix)) != 0)
			continue;
		other = record_find(b, t->name);
		if (!other || !same_tensor(t, other))
			return false;
	}
	return true;
}

static bool
same_tensors(const struct record *a, const struct record *b, const char *prefix)
{
	return has_all(a, b, prefix) && has_all(b, a, prefix);
}

static bool
same_transform(const struct model_old *o, const struct model *m,
	const struct record *r)
{
	const struct transform *a = &o->model.transform, *b = &m->transform;

	return a->patch == b->patch && a->channels == b->channels &&
		a->sample_rate == b->sample_rate &&
		same_tensors(&o->record, r, "transform.");
}

/* Groups of other dimensions: their tables have nothing in common. */
static bool
same_order(const struct quantizer *a, const struct quantizer *b)
{
	for (size_t i = 0; i < a->d; i++)
		if ((a->order ? a->order[i] : i) !=
			(b->order ? b->order[i] : i))
			return false;
	return true;
}

static int
check(const struct model_old *o, const struct model *m, struct err *e)
{
	const struct quantizer *old = &o->model.quantizer, *now = &m->quantizer;
	enum item_kind was = o->model.transform.kind;

	if (m->transform.kind != was)
		return err_set(e, "a model of media = %s, but OLD is of %s",
			item_kind_name(m->transform.kind), item_kind_name(was));
	if (now->d != old->d)
		return err_set(
			e, "d = %zu, but that of OLD is %zu", now->d, old->d);
	if (now->groups != old->groups)
		return err_set(e, "groups = %zu, but OLD has %zu", now->groups,
			old->groups);
	if (now->groups > 1 && !same_order(old, now))
		return err_set(e,
			"its groups are of other dimensions than those of OLD");
	return 0;
}

static void
set_pairing(json_t *t, const struct codebook *old, const struct codebook *now,
	size_t variant, struct pool *pool)
{
	struct pairing p = { NAN, NAN, NAN, NAN, NAN };

	if (!old->lattice.dims && !now->lattice.dims)
		p = pairing_find(old->q + variant * old->k * old->d, old->k,
			now->q + variant * now->k * now->d, now->k, now->d,
			pool);
	figures_count(t, "dim", now->d);
	figures_count(t, "old_codes", old->k);
	figures_count(t, "codes", now->k);
	figures_count(t, "added_codes", now->k > old->k ? now->k - old->k : 0);
	figures_real(t, "matched_distance", p.matched);
	figures_real(t, "mutual", p.mutual);
	figures_real(t, "moved_distance", p.moved);
	figures_real(t, "moved_most", p.moved_most);
	figures_real(t, "same", p.same);
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Where both have one codebook for all stages, that. */
static json_t *
tables(const struct model_old *o, const struct model *m, struct pool *pool)
{
	const struct quantizer *old = &o->model.quantizer, *now = &m->quantizer;
	size_t n = old->shared && now->shared
		? now->groups
		: smaller(quantizer_columns(old), quantizer_columns(now));
	json_t *all = json_array();

	for (size_t c = 0; c < n; c++) {
		const struct codebook *a = quantizer_book(old, c);
		const struct codebook *b = quantizer_book(now, c);
		size_t variants = smaller(a->variants, b->variants);

		for (size_t v = 0; v < variants; v++) {
			json_t *t = json_object();

			figures_count(t, "stage", c / now->groups);
			figures_count(t, "group", c % now->groups);
			if (variants > 1)
				figures_count(t, "variant", v);
			set_pairing(t, a, b, v, pool);
			json_array_append_new(all, t);
		}
	}
	return all;
}

/* Takes text. */
static void
warn(json_t *warnings, char *text)
{
	json_array_append_new(warnings, json_string(text));
	free(text);
}

static void
warn_parts(const struct model_old *o, const struct model *m, const char *item,
	json_t *warnings)
{
	const struct quantizer *old = &o->model.quantizer, *now = &m->quantizer;
	bool lattice = false, variants = false;

	for (size_t c = 0;
		c < smaller(quantizer_columns(old), quantizer_columns(now));
		c++) {
		const struct codebook *a = quantizer_book(old, c);
		const struct codebook *b = quantizer_book(now, c);

		lattice |= a->lattice.dims || b->lattice.dims;
		variants |= a->variants != b->variants;
	}
	if (old->stages != now->stages)
		warn(warnings,
			mem_printf("%s has %zu stages, but OLD has %zu: those "
				   "of one alone are not compared",
				item, now->stages, old->stages));
	if (lattice)
		warn(warnings,
			mem_printf("%s or OLD rounds to a lattice: there is no "
				   "table of codes to compare",
				item));
	if (variants)
		warn(warnings,
			mem_printf("%s and OLD have codebooks of another "
				   "number of variants: those of one alone are "
				   "not compared",
				item));
}

int
model_old_compare(struct model_old *o, const struct model *m,
	const struct record *r, const char *item, struct pool *pool,
	json_t *warnings, struct err *e)
{
	bool transform = same_transform(o, m, r);
	bool encoder = same_tensors(&o->record, r, "encoder.");
	json_t *row;
	char *name;

	if (check(o, m, e) != 0)
		return err_wrap(e, "against %s", o->path);
	row = json_object();
	name = names_escape(item);
	figures_text(row, "item", name);
	figures_text(row, "model", m->fingerprint);
	json_object_set_new(row, "transform_same", json_boolean(transform));
	json_object_set_new(row, "encoder_same", json_boolean(encoder));
	json_object_set_new(row, "decoder_same",
		json_boolean(same_tensors(&o->record, r, "decoder.")));
	json_object_set_new(row, "tables", tables(o, m, pool));
	json_array_append_new(o->models, row);
	warn_parts(o, m, name, warnings);
	if (!transform || !encoder)
		warn(warnings,
			mem_printf(
				"%s has another %s than OLD: latents moved "
				"too, so that distances of codes do not "
				"tell how many tokens change (--against with "
				"the codes of both does)",
				name, transform ? "encoder" : "transform"));
	free(name);
	return 0;
}
