#include "model/route_meta.h"

/* Keys that describe the item or the record that it came in: ours to say. */
static const char *const ours[] = { "format", "kind", "media", "item", "part",
	"last", "rows", "height", "width", "channels", "bit_depth",
	"sample_rate", "frames", "codes", "model", "crc32", "program", "router",
	"experts", "top", "layer", "capacity", "seed", "noise_db", "discrete",
	"shadow.model", "shadow.router", "shadow.experts", "shadow.discrete",
	"model.seed", "shadow.seed" };

static void
describe(struct meta *m, const struct route_opts *o)
{
	const struct router *r = o->router;

	if (r->fingerprint[0])
		meta_set(m, "model", r->fingerprint);
	meta_set(m, "router", router_name(r->kind));
	meta_setf(m, "experts", "%zu", r->experts);
	meta_setf(m, "top", "%zu", r->top);
	if (r->layered)
		meta_setf(m, "layer", "%zu", r->layer);
	if (r->book.k)
		meta_setf(m, "codes", "%zu", r->book.k);
	if (r->kind == ROUTER_RANDOM || o->noise)
		meta_setf(m, "seed", "%zu", o->seed);
	if (o->capacity > 0)
		meta_setf(m, "capacity", "%.9g", o->capacity);
	if (o->noise)
		meta_setf(m, "noise_db", "%.9g", o->noise_db);
}

void
route_meta_item(struct meta *m, const struct item_info *i)
{
	if (i->meta)
		meta_copy(m, i->meta);
	for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
		meta_del(m, ours[k]);
	meta_set(m, "format", "1");
	meta_set(m, "media", item_kind_name(ITEM_ROWS));
	meta_set(m, "item", i->item);
	if (i->rows != SOURCE_UNKNOWN)
		meta_setf(m, "rows", "%zu", i->rows);
}

void
route_meta_fill(
	struct meta *m, const struct route_opts *o, const struct item_info *i)
{
	route_meta_item(m, i);
	meta_set(m, "kind", "routes");
	describe(m, o);
	if (o->shadow) {
		meta_set(m, "shadow.model", o->shadow->fingerprint);
		meta_set(m, "shadow.router", router_name(o->shadow->kind));
		meta_setf(m, "shadow.experts", "%zu", o->shadow->experts);
	}
	meta_set(m, "program", o->program);
}
