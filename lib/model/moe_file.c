#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/moe_file.h"

bool
moe_file_is(const struct record *r)
{
	const char *kind = meta_get(&r->meta, "kind");

	return kind && strcmp(kind, "moe") == 0;
}

static void
describe(const struct moe *m, struct meta *meta)
{
	const struct moe_opts *o = &m->o;

	meta_set(meta, "format", "1");
	meta_set(meta, "kind", "moe");
	meta_set(meta, "router", moe_opts_kind_name(o->kind));
	meta_set(meta, "input", moe_opts_input_name(o->input));
	meta_setf(meta, "columns", "%zu", o->columns);
	if (o->input == MOE_EMBEDDING) {
		meta_setf(meta, "vocab", "%zu", o->vocab);
		meta_setf(meta, "context", "%zu", o->context);
	}
	meta_set(meta, "head", moe_opts_head_name(o->head));
	if (o->head != MOE_BARE)
		meta_setf(meta, "outputs", "%zu", o->outputs);
	meta_setf(meta, "layers", "%zu", o->layers);
	meta_setf(meta, "width", "%zu", o->width);
	meta_setf(meta, "experts", "%zu", o->experts);
	meta_setf(meta, "hidden", "%zu", o->hidden);
	meta_setf(meta, "top", "%zu", o->top);
	meta_set(meta, "activation", act_name(o->act));
	if (o->capacity > 0)
		meta_setf(meta, "capacity", "%.9g", o->capacity);
	meta_setf(meta, "seed", "%llu", (unsigned long long)o->seed);
	meta_setf(meta, "steps", "%zu", m->adam.step);
	if (!m->layer[0].booked)
		return;
	meta_setf(meta, "codes", "%zu", o->codes);
	meta_set(meta, "type", o->type->name);
	meta_set(meta, "map", moe_opts_map_name(o->map));
	meta_setf(meta, "contrib", "%.9g", o->contrib);
}

static bool
ends(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

bool
moe_file_is_idle(const struct moe *m, const char *name)
{
	enum moe_kind k = m->o.kind;
	bool frozen = m->layer[0].frozen, booked = m->layer[0].booked;

	if (strstr(name, "quantize."))
		return true; /* the learner saves it */
	if (strncmp(name, "frozen.", 7) == 0 || strstr(name, "router.frozen."))
		return !frozen;
	if (ends(name, "router.weight"))
		return (k == MOE_VQ && booked) || k == MOE_HASH ||
			k == MOE_RANDOM || (k == MOE_KMEANS && frozen);
	if (ends(name, "gate.weight") || ends(name, "gate.bias"))
		return !booked;
	return false;
}

static void
add_row(const struct moe *m, const struct param *p, struct record *r)
{
	size_t e = m->o.experts, shape[3] = { p->rows, p->cols, 0 }, rank = 2;
	struct tensor *t;

	if (ends(p->name, "experts.fc1.weight") ||
		ends(p->name, "experts.fc2.weight")) {
		shape[0] = e;
		shape[1] = p->rows / e;
		shape[2] = p->cols;
		rank = 3;
	} else if (p->rows == 1 && !ends(p->name, "weight")) {
		shape[0] = p->cols;
		rank = 1;
	} else if (p->rows == 1 && ends(p->name, "norm.weight")) {
		shape[0] = p->cols;
		rank = 1;
	}
	t = record_add(r, p->name, DT_F32, rank, shape, NULL);
	dtype_from_f32(t->data, m->ps.w + p->at, p->size, DT_F32);
}

void
moe_file_name(const struct moe *m, size_t layer, const char *name,
	char to[MOE_FILE_NAME])
{
	char prefix[32];

	moe_layer_prefix(prefix, layer, m->o.layers);
	snprintf(to, MOE_FILE_NAME, "%s%s", prefix, name);
}

/* What a layer has beside its rows. */
static void
add_layer(const struct moe *m, size_t l, struct record *r)
{
	const struct moe_layer *layer = &m->layer[l];
	char name[MOE_FILE_NAME];
	struct tensor *t;

	if (layer->choice) {
		moe_file_name(m, l, MOE_FILE_CHOICE, name);
		learner_save_tensor(
			r, "", name, layer->choice, 0, m->o.experts);
	}
	if (!layer->booked)
		return;
	moe_file_name(m, l, "quantize.", name);
	layer->book.type->save(&layer->book, m->ps.w, layer->q, name, r);
	moe_file_name(m, l, MOE_FILE_MAP, name);
	t = record_add(r, name, DT_U32, 1, &layer->book.k, NULL);
	dtype_from_u32(t->data, layer->map, layer->book.k, DT_U32);
}

void
moe_file_record(const struct moe *m, struct record *r)
{
	const struct moe_opts *o = &m->o;

	describe(m, &r->meta);
	if (o->input == MOE_LINEAR) {
		learner_save_tensor(
			r, "", "input.mean", m->mean, 0, o->columns);
		learner_save_tensor(r, "", "input.scale", &m->scale, 0, 1);
	}
	for (size_t i = 0; i < m->ps.count; i++)
		if (!moe_file_is_idle(m, m->ps.row[i].name))
			add_row(m, &m->ps.row[i], r);
	for (size_t l = 0; l < o->layers; l++)
		add_layer(m, l, r);
	if (o->head != MOE_REAL)
		return;
	learner_save_tensor(
		r, "", "target.mean", m->target_mean, 0, o->outputs);
	learner_save_tensor(r, "", "target.scale", &m->target_scale, 0, 1);
}
