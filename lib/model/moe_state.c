#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/moe_book.h"
#include "model/moe_file.h"
#include "model/moe_state.h"
#include "quant/learner_state.h"
#include "util/machine.h"
#include "util/mem.h"

#define WORDS ((size_t)1024)

/* name=value of all that decides the result, blanks between. */
static void
options(const struct moe_opts *o, char to[WORDS])
{
	/* Of so many numbers printf may find no memory: mem_printf sees it. */
	char *text = mem_printf(
		"router=%s layers=%zu width=%zu hidden=%zu experts=%zu top=%zu "
		"codes=%zu input=%s columns=%zu vocab=%zu context=%zu head=%s "
		"outputs=%zu activation=%s map=%s type=%s freeze-codes=%d "
		"fixed-experts=%d fixed-router=%d contrib=%.17g capacity=%.17g "
		"vq-weight=%.17g beta=%.17g balance=%.17g z-loss=%.17g "
		"code-entropy=%.17g "
		"learning-rate=%.17g router-rate=%.17g steps=%zu batch=%zu "
		"seed=%llu",
		moe_opts_kind_name(o->kind), o->layers, o->width, o->hidden,
		o->experts, o->top, o->codes, moe_opts_input_name(o->input),
		o->columns, o->vocab, o->context, moe_opts_head_name(o->head),
		o->outputs, act_name(o->act), moe_opts_map_name(o->map),
		o->type->name, o->freeze_codes, o->fixed_experts,
		o->fixed_router, o->contrib, o->capacity, o->vq_weight, o->beta,
		o->balance, o->z_loss, o->code_entropy, o->rate, o->router_rate,
		o->steps, o->batch, (unsigned long long)o->seed);

	snprintf(to, WORDS, "%s", text);
	free(text);
}

/* The first pair that is not the same. */
static int
differ(char *now, char *was, struct err *e)
{
	char *rest_now, *rest_was;
	char *a = strtok_r(now, " ", &rest_now);
	char *b = strtok_r(was, " ", &rest_was);

	while (a && b && strcmp(a, b) == 0) {
		a = strtok_r(NULL, " ", &rest_now);
		b = strtok_r(NULL, " ", &rest_was);
	}
	return err_set(e, "made with %s, not %s", b ? b : "other options",
		a ? a : "these");
}

static void
add_bytes(struct record *r, const char *name, const void *data, size_t n)
{
	struct tensor *t = record_add(r, name, DT_U8, 1, &n, NULL);

	memcpy(t->data, data, n);
}

static int
take_bytes(const struct record *r, const char *name, void *to, size_t n,
	struct err *e)
{
	const struct tensor *t = record_find(r, name);

	if (!t || t->dtype != DT_U8 || t->bytes != n)
		return err_set(e, "no tensor \"%s\" of %zu bytes", name, n);
	memcpy(to, t->data, n);
	return 0;
}

/* What is neither weights nor a learner's. */
struct flags {
	uint64_t step, built, frozen, booked, given, layer_frozen;
};

static void
save_layer(const struct moe *m, size_t l, struct record *r)
{
	const struct moe_layer *layer = &m->layer[l];
	char name[64];

	snprintf(name, sizeof(name), "state.choice.%zu", l);
	if (layer->choice)
		add_bytes(r, name, layer->choice,
			m->o.experts * sizeof(*layer->choice));
	if (!layer->booked)
		return;
	snprintf(name, sizeof(name), "state.map.%zu", l);
	add_bytes(r, name, layer->map, m->o.codes * sizeof(*layer->map));
	snprintf(name, sizeof(name), "state.q.%zu", l);
	add_bytes(r, name, layer->q, m->o.codes * layer->d * sizeof(*layer->q));
	snprintf(name, sizeof(name), "state.book.%zu.", l);
	learner_state_save(&layer->book, name, r);
}

void
moe_state_save(const struct moe *m, struct record *r)
{
	const struct params *p = &m->ps;
	size_t bytes = p->total * sizeof(float);
	const struct moe_layer *l = m->layer;
	struct flags f = { m->adam.step, m->built, m->frozen, l->booked,
		l->given, l->frozen };
	char text[WORDS];

	options(&m->o, text);
	if (strcmp(machine_layout(), "le64") != 0)
		meta_set(&r->meta, "machine", machine_layout());
	meta_set(&r->meta, "options", text);
	add_bytes(r, "state.flags", &f, sizeof(f));
	add_bytes(r, "state.rng", &m->rng, sizeof(m->rng));
	add_bytes(r, "state.w", p->w, bytes);
	add_bytes(r, "state.m", p->m, bytes);
	add_bytes(r, "state.v", p->v, bytes);
	add_bytes(r, "state.mean", m->mean, m->o.columns * sizeof(float));
	add_bytes(r, "state.target_mean", m->target_mean,
		m->o.outputs * sizeof(float));
	add_bytes(r, "state.scale", &m->scale, sizeof(m->scale));
	add_bytes(r, "state.target_scale", &m->target_scale,
		sizeof(m->target_scale));
	for (size_t i = 0; i < m->o.layers; i++)
		save_layer(m, i, r);
}

static int
load_book(struct moe *m, size_t l, const struct record *r, bool given,
	struct err *e)
{
	struct moe_layer *layer = &m->layer[l];
	size_t k = m->o.codes;
	uint32_t *map = mem_alloc(k, sizeof(*map));
	char name[64];

	snprintf(name, sizeof(name), "state.map.%zu", l);
	if (take_bytes(r, name, map, k * sizeof(*map), e) != 0 ||
		moe_layer_check_map(layer, map, name, e) != 0) {
		free(map);
		return -1;
	}
	moe_layer_take_map(layer, map);
	layer->given = given;
	snprintf(name, sizeof(name), "state.q.%zu", l);
	if (take_bytes(r, name, layer->q, k * layer->d * sizeof(float), e) != 0)
		return -1;
	/* Its arrays come to be by a start; rows of params follow below. */
	layer->book.type->start(&layer->book, layer->q);
	snprintf(name, sizeof(name), "state.book.%zu.", l);
	return learner_state_load(&layer->book, name, r, e);
}

/* What the kind of router cannot be. */
static int
check_flags(const struct moe *m, const struct flags *f, struct err *e)
{
	bool frozen = f->frozen || f->layer_frozen;

	if (f->step <= m->o.steps && !f->frozen == !f->layer_frozen &&
		(!frozen || moe_opts_is_frozen(m->o.kind)) &&
		(!f->booked || moe_opts_has_book(m->o.kind)))
		return 0;
	return err_set(e, "tensor \"state.flags\" is damaged");
}

static int
load_layer(struct moe *m, size_t l, const struct record *r,
	const struct flags *f, struct err *e)
{
	struct moe_layer *layer = &m->layer[l];
	char name[64];

	layer->frozen = f->layer_frozen;
	snprintf(name, sizeof(name), "state.choice.%zu", l);
	if (layer->choice &&
		take_bytes(r, name, layer->choice,
			m->o.experts * sizeof(*layer->choice), e) != 0)
		return -1;
	return f->booked && layer->book.k ? load_book(m, l, r, f->given, e) : 0;
}

static int
load_blocks(struct moe *m, const struct record *r, struct err *e)
{
	struct params *p = &m->ps;
	size_t bytes = p->total * sizeof(float);

	if (take_bytes(r, "state.w", p->w, bytes, e) != 0 ||
		take_bytes(r, "state.m", p->m, bytes, e) != 0 ||
		take_bytes(r, "state.v", p->v, bytes, e) != 0 ||
		take_bytes(r, "state.mean", m->mean,
			m->o.columns * sizeof(float), e) != 0 ||
		take_bytes(r, "state.target_mean", m->target_mean,
			m->o.outputs * sizeof(float), e) != 0 ||
		take_bytes(r, "state.scale", &m->scale, sizeof(m->scale), e) !=
			0)
		return -1;
	return take_bytes(r, "state.target_scale", &m->target_scale,
		sizeof(m->target_scale), e);
}

int
moe_state_load(struct moe *m, const struct record *r, struct err *e)
{
	const char *was = meta_get(&r->meta, "options");
	char now[WORDS];
	struct flags f;

	if (!was)
		return err_set(e, "not a checkpoint of moe-train");
	if (machine_check(meta_get(&r->meta, "machine"), e) != 0)
		return -1;
	options(&m->o, now);
	if (strcmp(now, was) != 0) {
		char *copy = mem_strdup(was);

		differ(now, copy, e);
		free(copy);
		return -1;
	}
	if (take_bytes(r, "state.flags", &f, sizeof(f), e) != 0 ||
		take_bytes(r, "state.rng", &m->rng, sizeof(m->rng), e) != 0)
		return -1;
	if (check_flags(m, &f, e) != 0)
		return -1;
	m->adam.step = (size_t)f.step;
	m->built = f.built;
	m->frozen = f.frozen;
	for (size_t l = 0; l < m->o.layers; l++)
		if (load_layer(m, l, r, &f, e) != 0)
			return -1;
	if (load_blocks(m, r, e) != 0)
		return -1;
	moe_pack(m);
	return 0;
}
