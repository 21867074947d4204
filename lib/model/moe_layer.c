#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest_prepare.h"
#include "model/moe_layer.h"
#include "model/router.h"
#include "util/mem.h"

struct moe_layer_paths
moe_layer_paths(const struct moe_layer *l)
{
	struct moe_layer_paths p = { l->o->top, 0 };

	if (!l->booked)
		return p;
	switch (l->o->kind) {
	case MOE_VQMOE: p.discrete = 1; break;
	case MOE_VQ: p = (struct moe_layer_paths){ 0, 1 }; break;
	default: break;
	}
	return p;
}

size_t
moe_layer_columns(const struct moe_layer *l)
{
	struct moe_layer_paths p = moe_layer_paths(l);

	return p.continuous + p.discrete;
}

void
moe_layer_prefix(char to[32], size_t index, size_t layers)
{
	to[0] = '\0';
	if (layers > 1)
		snprintf(to, 32, "layers.%zu.", index);
}

static enum param_group
router_group(const struct moe_opts *o)
{
	return o->fixed_router ? PARAM_FIXED : PARAM_ROUTER;
}

static void
add_router(struct moe_layer *l, const char *prefix)
{
	const struct moe_opts *o = l->o;
	enum param_group g = router_group(o);
	char name[64];

	snprintf(name, sizeof(name), "%srouter", prefix);
	dense_add(&l->router, l->ps, g, name,
		o->kind == MOE_COSINE ? MOE_COSINE_DIMS : l->d, o->experts,
		false);
	if (o->kind == MOE_COSINE) {
		snprintf(name, sizeof(name), "%srouter.proj", prefix);
		dense_add(
			&l->proj, l->ps, g, name, l->d, MOE_COSINE_DIMS, false);
		snprintf(name, sizeof(name), "%srouter.temperature", prefix);
		l->temperature = params_add(l->ps, g, name, 1, 1);
	}
	if (moe_opts_is_frozen(o->kind)) {
		snprintf(name, sizeof(name), "%srouter.frozen.weight", prefix);
		l->frozen_w =
			params_add(l->ps, PARAM_FIXED, name, o->experts, l->d);
		snprintf(name, sizeof(name), "%srouter.frozen.bias", prefix);
		l->frozen_b =
			params_add(l->ps, PARAM_FIXED, name, 1, o->experts);
	}
	if (o->kind == MOE_BIASED)
		l->choice = mem_zfloats(o->experts);
}

static void
add_book(struct moe_layer *l, const char *prefix)
{
	const struct moe_opts *o = l->o;
	char name[64];

	l->book = (struct learner){ .type = o->type,
		.k = o->codes,
		.d = l->d,
		.batch = o->batch,
		.ps = l->ps };
	snprintf(name, sizeof(name), "%squantize.", prefix);
	l->book.type->add(&l->book, name);
	l->q = mem_floats(o->codes * l->d);
}

void
moe_layer_add(struct moe_layer *l)
{
	const struct moe_opts *o = l->o;
	char prefix[32], name[64];

	moe_layer_prefix(prefix, l->index, o->layers);
	if (o->input != MOE_NONE) {
		snprintf(name, sizeof(name), "%snorm", prefix);
		norm_add(&l->norm, l->ps, PARAM_NET, name, l->d);
	}
	add_router(l, prefix);
	if (o->kind == MOE_VQMOE) {
		snprintf(name, sizeof(name), "%sgate", prefix);
		dense_add(&l->gate, l->ps, PARAM_NET, name, l->d, 2, true);
	}
	l->experts = (struct expert){
		.e = o->experts, .d = l->d, .h = o->hidden, .act = o->act
	};
	expert_add(&l->experts, l->ps,
		o->fixed_experts ? PARAM_FIXED : PARAM_NET, prefix);
	if (moe_opts_has_book(o->kind))
		add_book(l, prefix);
}

void
moe_layer_random(struct moe_layer *l, struct rng *r)
{
	struct params *ps = l->ps;

	if (l->norm.d)
		norm_start(&l->norm, ps);
	dense_random(&l->router, ps, r);
	if (l->proj.in) {
		dense_random(&l->proj, ps, r);
		params_in(ps, ps->w, l->temperature)[0] = 0.3f;
	}
	if (l->gate.in)
		dense_random(&l->gate, ps, r);
	expert_random(&l->experts, ps, r);
}

static void
pack_frozen(struct moe_layer *l)
{
	const float *w = params_in(l->ps, l->ps->w, l->frozen_w);
	const float *b = params_in(l->ps, l->ps->w, l->frozen_b);

	if (l->fixed.w)
		panel_pack(&l->fixed, w, b);
	else
		panel_init(&l->fixed, w, b, l->o->experts, l->d);
}

void
moe_layer_pack(struct moe_layer *l, struct pool *pool)
{
	struct params *ps = l->ps;

	dense_pack(&l->router, ps);
	if (l->proj.in)
		dense_pack(&l->proj, ps);
	if (l->gate.in)
		dense_pack(&l->gate, ps);
	expert_pack(&l->experts, ps, pool);
	if (l->frozen)
		pack_frozen(l);
	if (!l->booked)
		return;
	if (!l->given)
		l->book.type->read(&l->book, ps->w, pool, l->q);
	nearest_prepare(&l->search, pool, l->q, l->book.k, l->d);
}

int
moe_layer_check_map(const struct moe_layer *l, const uint32_t *map,
	const char *name, struct err *e)
{
	size_t most = l->o->experts - (l->o->kind != MOE_HYBRID);

	for (size_t i = 0; i < l->book.k; i++)
		if (map[i] > most)
			return err_set(e,
				"%s: code %zu goes to expert %u of %zu", name,
				i, map[i], l->o->experts);
	return 0;
}

void
moe_layer_take_map(struct moe_layer *l, uint32_t *map)
{
	free(l->map);
	l->map = map;
	l->booked = true;
}

void
moe_layer_margins(struct moe_layer *l)
{
	size_t k = l->book.k, n = k * l->d;
	float *q = mem_floats(n);
	uint32_t *map = mem_alloc(k, sizeof(*map));

	memcpy(q, l->q, n * sizeof(*q));
	memcpy(map, l->map, k * sizeof(*map));
	router_book_free(&l->margins);
	router_book_init(&l->margins, q, map, k, l->d);
}

void
moe_layer_free(struct moe_layer *l)
{
	dense_free(&l->router);
	dense_free(&l->proj);
	dense_free(&l->gate);
	expert_free(&l->experts);
	panel_free(&l->fixed);
	learner_free(&l->book);
	nearest_free(&l->search);
	router_book_free(&l->margins);
	free(l->choice);
	free(l->q);
	free(l->map);
	*l = (struct moe_layer){ 0 };
}

/* Whole cache lines, so that parts of one block do not share any. */
static size_t
lines(size_t floats)
{
	return (floats + 15) / 16 * 16;
}

static void
own(struct moe_layer_work *w, size_t size, size_t rows, size_t d)
{
	w->h = mem_floats(lines(size));
	w->order = mem_alloc(rows, sizeof(*w->order));
	w->where = mem_alloc(rows, sizeof(*w->where));
	w->in = mem_floats(rows * d);
	w->out = mem_floats(rows * d);
}

static void
borrow(struct moe_layer_work *w, const struct moe_layer_work *from)
{
	w->borrows = true;
	w->h = from->h;
	w->order = from->order;
	w->where = from->where;
	w->in = from->in;
	w->out = from->out;
}

void
moe_layer_work_init(struct moe_layer_work *w, const struct moe_layer *l,
	size_t room, bool backward, bool margins,
	const struct moe_layer_work *lend)
{
	const struct moe_opts *o = l->o;
	size_t d = l->d, e = o->experts, most = o->top + 1, rows = room * most;

	*w = (struct moe_layer_work){ .room = room, .columns = most };
	if (lend && !backward)
		borrow(w, lend);
	else
		own(w, room * d, rows, d);
	w->u = mem_floats(lines(room * d));
	w->scores = mem_floats(room * e);
	w->p = mem_floats(room * e);
	w->low = mem_floats(l->proj.in ? room * MOE_COSINE_DIMS : 0);
	w->lse = mem_alloc(room, sizeof(*w->lse));
	w->experts = mem_alloc(rows, sizeof(*w->experts));
	w->chosen = mem_alloc(room * o->top, sizeof(*w->chosen));
	w->weight = mem_floats(rows);
	w->gate = mem_floats(rows);
	w->paths = mem_floats(2 * room);
	w->codes = mem_alloc(room, sizeof(*w->codes));
	w->margin = margins ? mem_floats(room) : NULL;
	w->load = mem_zalloc(e, sizeof(*w->load));
	w->offset = mem_alloc(e + 1, sizeof(*w->offset));
	if (backward) {
		w->pre = mem_floats(rows * o->hidden);
		w->hidden = mem_floats(rows * o->hidden);
	}
}

static void
disown(struct moe_layer_work *w)
{
	free(w->h);
	free(w->order);
	free(w->where);
	free(w->in);
	free(w->out);
}

void
moe_layer_work_free(struct moe_layer_work *w)
{
	if (!w->borrows)
		disown(w);
	free(w->u);
	free(w->noisy[0]);
	free(w->noisy[1]);
	free(w->scores);
	free(w->p);
	free(w->low);
	free(w->lse);
	free(w->experts);
	free(w->chosen);
	free(w->weight);
	free(w->gate);
	free(w->paths);
	free(w->codes);
	free(w->margin);
	free(w->load);
	free(w->offset);
	free(w->pre);
	free(w->hidden);
	*w = (struct moe_layer_work){ 0 };
}
