#include "model/moe_item_meta.h"
#include "model/route_meta.h"

static void
describe_routes(struct meta *m, const struct moe_item_opts *o, size_t layer)
{
	const struct moe_opts *model = &o->model->o;
	const struct moe_layer *l = &o->model->layer[layer];

	meta_set(m, "kind", "routes");
	meta_set(m, "router", moe_opts_kind_name(model->kind));
	meta_setf(m, "model.seed", "%llu", (unsigned long long)model->seed);
	meta_setf(m, "experts", "%zu", model->experts);
	meta_setf(m, "top", "%zu", model->top);
	meta_setf(m, "layer", "%zu", layer);
	if (model->kind == MOE_VQMOE && l->booked)
		meta_set(m, "discrete", "1");
	if (l->booked)
		meta_setf(m, "codes", "%zu", model->codes);
	if (model->capacity > 0)
		meta_setf(m, "capacity", "%.9g", model->capacity);
	if (o->noise) {
		meta_setf(m, "seed", "%zu", o->seed);
		meta_setf(m, "noise_db", "%.9g", o->noise_db);
	}
	if (!o->shadow)
		return;
	meta_set(m, "shadow.model", o->shadow_id);
	meta_setf(m, "shadow.seed", "%llu",
		(unsigned long long)o->shadow->o.seed);
	meta_set(m, "shadow.router", moe_opts_kind_name(o->shadow->o.kind));
	meta_setf(m, "shadow.experts", "%zu", o->shadow->o.experts);
	if (o->shadow->o.kind == MOE_VQMOE && o->shadow->layer[layer].booked)
		meta_set(m, "shadow.discrete", "1");
}

void
moe_item_meta_fill(struct meta *m, const struct moe_item_opts *o,
	const struct item_info *i, size_t layer)
{
	route_meta_item(m, i);
	meta_set(m, "model", o->id);
	if (o->apply) {
		meta_set(m, "kind", "vectors");
		if (o->one)
			meta_setf(m, "layer", "%zu", layer);
	} else {
		describe_routes(m, o, layer);
	}
	meta_set(m, "program", o->program);
}
