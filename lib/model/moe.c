#include <stdlib.h>
#include <string.h>

#include "model/moe.h"
#include "model/moe_apply.h"
#include "model/moe_route.h"
#include "model/route_noise.h"
#include "model/router.h"
#include "util/mem.h"

static int
check(const struct moe_opts *o, struct err *e)
{
	if (o->top > o->experts)
		return err_set(
			e, "-t %zu: there are %zu experts", o->top, o->experts);
	if (o->experts > ROUTER_EXPERTS_MAX)
		return err_set(e, "%zu experts are more than %zu", o->experts,
			ROUTER_EXPERTS_MAX);
	if (moe_opts_has_book(o->kind) && o->codes < o->experts)
		return err_set(e, "%zu codes are fewer than %zu experts",
			o->codes, o->experts);
	if (o->kind == MOE_HYBRID && o->top != 1)
		return err_set(e, "a hybrid router takes one expert a token");
	if ((o->input == MOE_NONE) != (o->head == MOE_BARE))
		return err_set(e, "input %s does not go with head %s",
			moe_opts_input_name(o->input),
			moe_opts_head_name(o->head));
	if (o->input == MOE_NONE && o->layers != 1)
		return err_set(e, "%zu layers without an input map: one layer",
			o->layers);
	if (o->input == MOE_NONE && o->columns != o->width)
		return err_set(e, "rows of %zu for a width of %zu", o->columns,
			o->width);
	return 0;
}

static void
add_input(struct moe *m, const char *name, bool frozen)
{
	const struct moe_opts *o = &m->o;
	struct params *ps = &m->ps;
	size_t first = ps->count;

	if (o->input == MOE_LINEAR)
		dense_add(frozen ? &m->frozen_linear : &m->linear, ps,
			frozen ? PARAM_FIXED : PARAM_NET, name, o->columns,
			o->width, true);
	if (o->input == MOE_EMBEDDING)
		embed_add(frozen ? &m->frozen_embed : &m->embed, ps, name,
			o->context * o->columns, o->vocab, o->width);
	for (size_t i = first; frozen && i < ps->count; i++)
		ps->row[i].group = PARAM_FIXED;
}

static void
add_rows(struct moe *m)
{
	const struct moe_opts *o = &m->o;

	add_input(m, "input", false);
	if (moe_opts_is_frozen(o->kind))
		add_input(m, "frozen.input", true);
	m->layer = mem_zalloc(o->layers, sizeof(*m->layer));
	for (size_t l = 0; l < o->layers; l++) {
		m->layer[l].o = o;
		m->layer[l].ps = &m->ps;
		m->layer[l].index = l;
		m->layer[l].d = o->width;
		moe_layer_add(&m->layer[l]);
	}
	if (o->head == MOE_BARE)
		return;
	norm_add(&m->norm, &m->ps, PARAM_NET, "final_norm", o->width);
	dense_add(&m->head, &m->ps, PARAM_NET, "head", o->width, o->outputs,
		true);
}

static void
randomize(struct moe *m)
{
	const struct moe_opts *o = &m->o;

	rng_seed(&m->rng, o->seed, 0);
	if (o->input == MOE_LINEAR)
		dense_random(&m->linear, &m->ps, &m->rng);
	if (o->input == MOE_EMBEDDING)
		embed_random(&m->embed, &m->ps, &m->rng);
	for (size_t l = 0; l < o->layers; l++)
		moe_layer_random(&m->layer[l], &m->rng);
	if (o->head == MOE_BARE)
		return;
	norm_start(&m->norm, &m->ps);
	dense_random(&m->head, &m->ps, &m->rng);
}

int
moe_init(struct moe *m, const struct moe_opts *o, struct pool *pool,
	struct err *e)
{
	*m = (struct moe){ .o = *o, .pool = pool };
	if (check(o, e) != 0)
		return -1;
	add_rows(m);
	if (o->weights_only)
		params_build_weights(&m->ps);
	else
		params_build(&m->ps);
	adam_init(&m->adam, o->rate, o->rate);
	m->adam.rate[PARAM_ROUTER] = o->rate * o->router_rate;
	if (m->adam.warm_up > o->steps / 10)
		m->adam.warm_up = o->steps / 10;
	m->mean = mem_zfloats(o->columns);
	m->target_mean = mem_zfloats(o->outputs);
	m->scale = m->target_scale = 1;
	if (!o->weights_only)
		randomize(m);
	return 0;
}

void
moe_free(struct moe *m)
{
	for (size_t l = 0; m->layer && l < m->o.layers; l++)
		moe_layer_free(&m->layer[l]);
	free(m->layer);
	dense_free(&m->linear);
	dense_free(&m->frozen_linear);
	dense_free(&m->head);
	params_free(&m->ps);
	free(m->mean);
	free(m->target_mean);
	*m = (struct moe){ 0 };
}

void
moe_scale(struct moe *m, const float *mean, float scale,
	const float *target_mean, float target_scale)
{
	if (mean)
		memcpy(m->mean, mean, m->o.columns * sizeof(*mean));
	if (target_mean)
		memcpy(m->target_mean, target_mean,
			m->o.outputs * sizeof(*target_mean));
	m->scale = scale;
	m->target_scale = target_scale;
}

void
moe_pack(struct moe *m)
{
	if (m->linear.in)
		dense_pack(&m->linear, &m->ps);
	if (m->frozen && m->frozen_linear.in)
		dense_pack(&m->frozen_linear, &m->ps);
	for (size_t l = 0; l < m->o.layers; l++)
		moe_layer_pack(&m->layer[l], m->pool);
	if (m->head.in)
		dense_pack(&m->head, &m->ps);
}

size_t
moe_outputs(const struct moe *m)
{
	return m->o.head == MOE_BARE ? m->o.width : m->o.outputs;
}

void
moe_work_init(struct moe_work *w, const struct moe *m, size_t room,
	bool backward, bool margins)
{
	const struct moe_opts *o = &m->o;

	*w = (struct moe_work){ .room = room };
	w->x = mem_floats(o->input == MOE_EMBEDDING ? 0 : room * o->columns);
	w->frozen =
		mem_floats(moe_opts_is_frozen(o->kind) ? room * o->width : 0);
	w->h = mem_floats(room * o->width);
	w->last = mem_floats(room * o->width);
	w->out = mem_floats(room * moe_outputs(m));
	w->layer = mem_zalloc(o->layers, sizeof(*w->layer));
	for (size_t l = 0; l < o->layers; l++)
		moe_layer_work_init(&w->layer[l], &m->layer[l], room, backward,
			margins, l ? w->layer : NULL);
}

void
moe_work_free(struct moe_work *w, const struct moe *m)
{
	for (size_t l = 0; w->layer && l < m->o.layers; l++)
		moe_layer_work_free(&w->layer[l]);
	free(w->layer);
	free(w->x);
	free(w->hashed);
	free(w->frozen);
	free(w->h);
	free(w->last);
	free(w->out);
	*w = (struct moe_work){ 0 };
}

/* (x - mean) / scale, into w->x. */
static void
normalize(const struct moe *m, const struct moe_batch *b, struct moe_work *w)
{
	size_t d = m->o.columns;

	for (size_t v = 0; v < b->n; v++)
		for (size_t i = 0; i < d; i++)
			w->x[v * d + i] =
				(b->x[v * d + i] - m->mean[i]) / m->scale;
}

static void
input(const struct moe *m, const struct moe_batch *b, struct moe_work *w)
{
	size_t size = b->n * m->o.width * sizeof(float);

	switch (m->o.input) {
	case MOE_LINEAR:
		normalize(m, b, w);
		dense_forward(&m->linear, m->pool, w->x, b->n, w->h);
		if (m->frozen)
			dense_forward(&m->frozen_linear, m->pool, w->x, b->n,
				w->frozen);
		break;
	case MOE_EMBEDDING:
		embed_forward(&m->embed, &m->ps, m->pool, b->token, b->n, w->h);
		if (m->frozen)
			embed_forward(&m->frozen_embed, &m->ps, m->pool,
				b->token, b->n, w->frozen);
		break;
	case MOE_NONE:
		memcpy(w->h, b->x, size);
		if (m->frozen)
			memcpy(w->frozen, b->x, size);
		break;
	}
}

/* Where a layer of a hash router finds what it goes by. */
static void
set_words(const struct moe *m, const struct moe_batch *b, struct moe_work *w,
	struct moe_layer_work *lw)
{
	const struct moe_opts *o = &m->o;
	size_t size = b->n * o->columns;
	const void *bits = b->x;

	if (o->kind == MOE_HASH && lw->noise > 0 && b->x) {
		if (!w->hashed)
			w->hashed = mem_floats(w->room * o->columns);
		memcpy(w->hashed, b->x, size * sizeof(*w->hashed));
		route_noise_add(w->hashed, b->n, o->columns, lw->noise,
			lw->noise_seed, lw->row);
		bits = w->hashed;
	}
	lw->words = o->columns;
	lw->stride = o->columns * o->context;
	lw->token = o->input == MOE_EMBEDDING ? b->token : bits;
}

static void
run_layer(const struct moe *m, const struct moe_batch *b, struct moe_work *w,
	size_t l, float *y, bool add)
{
	struct moe_layer_work *lw = &w->layer[l];

	set_words(m, b, w, lw);
	lw->frozen = w->frozen;
	memcpy(lw->h, w->h, b->n * m->o.width * sizeof(*lw->h));
	moe_route_rows(&m->layer[l], lw, b->n, m->pool);
	moe_apply_rows(&m->layer[l], lw, b->n, m->pool, y, add);
}

void
moe_forward_layer(const struct moe *m, const struct moe_batch *b,
	struct moe_work *w, size_t layer)
{
	moe_forward(m, b, w, layer);
	run_layer(m, b, w, layer, w->last, false);
}

void
moe_forward(const struct moe *m, const struct moe_batch *b, struct moe_work *w,
	size_t layers)
{
	bool bare = m->o.head == MOE_BARE;

	input(m, b, w);
	for (size_t l = 0; l < layers; l++)
		run_layer(m, b, w, l, bare ? w->out : w->h, !bare);
	if (bare || layers < m->o.layers)
		return;
	norm_forward(&m->norm, &m->ps, m->pool, w->h, b->n, w->last);
	dense_forward(&m->head, m->pool, w->last, b->n, w->out);
}

void
moe_work_noise(struct moe_work *w, const struct moe *m, double scale,
	uint64_t seed, size_t row)
{
	for (size_t l = 0; l < m->o.layers; l++) {
		w->layer[l].noise = scale;
		w->layer[l].noise_seed = seed;
		w->layer[l].row = row;
	}
}

size_t
moe_multiply_adds(const struct moe *m)
{
	size_t sum = 0;

	for (size_t l = 0; l < m->o.layers; l++)
		sum += 2 * m->o.width * m->o.hidden *
			moe_layer_columns(&m->layer[l]);
	return sum;
}
