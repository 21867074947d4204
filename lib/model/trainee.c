#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/trainee.h"
#include "quant/learner_use.h"
#include "util/mem.h"

size_t
trainee_columns(const struct trainee *t)
{
	return quantizer_columns(&t->q);
}

size_t
trainee_books(const struct trainee *t)
{
	return quantizer_books(&t->q);
}

static void
build_params(struct trainee *t)
{
	const struct trainer_opts *o = t->o;
	size_t dim = t->transform->dim, books = trainee_books(t);
	enum param_group net = o->type->by_gradient ? PARAM_NET : PARAM_FIXED;

	if (o->net != NET_NONE) {
		t->encoder =
			params_add(&t->ps, net, "encoder.weight", o->d, dim);
		t->decoder =
			params_add(&t->ps, net, "decoder.weight", dim, o->d);
	}
	if (o->net == NET_CONV)
		net_conv_add(&t->conv, o->conv, &t->ps, net, t->transform->kind,
			t->transform->patch, dim, o->d);
	t->net_rows = t->ps.count;
	t->learner = mem_zalloc(books, sizeof(*t->learner));
	for (size_t c = 0; c < books; c++) {
		char prefix[MODEL_PREFIX_MAX];
		size_t stage = c / t->q.groups;

		t->learner[c] = (struct learner){ .type = o->type,
			.k = o->k,
			.d = quantizer_width(&t->q, c),
			.batch = o->batch * (o->shared ? o->stages : 1),
			.o = o->quant,
			.drawn = o->start == START_DATA,
			.stage = stage,
			.before = stage ? o->k : 0,
			.ps = &t->ps };
		model_prefix(prefix, c, books);
		o->type->add(&t->learner[c], prefix);
		if (o->quant.lambda > 0)
			learner_use_even(&t->learner[c]);
	}
	params_build(&t->ps);
}

void
trainee_init(struct trainee *t, const struct trainer_opts *o,
	const struct transform *transform, struct pool *pool)
{
	*t = (struct trainee){ .o = o, .transform = transform, .pool = pool };
	quantizer_init(&t->q, o->stages, o->groups, o->d);
	if (o->shared)
		quantizer_share(&t->q);
	build_params(t);
}

void
trainee_free(struct trainee *t)
{
	for (size_t c = 0; c < trainee_books(t); c++)
		learner_free(&t->learner[c]);
	for (size_t c = 0; t->root && c < trainee_columns(t); c++)
		free(t->root[c]);
	free(t->root);
	free(t->learner);
	net_conv_free(&t->conv);
	params_free(&t->ps);
	quantizer_free(&t->q);
}

void
trainee_adam(const struct trainer_opts *o, struct adam *a)
{
	adam_init(a, o->net_rate, o->quant_rate);
	if (o->warm_up)
		a->warm_up = o->warm_up;
	if (o->clip != 0)
		a->clip = fmax(o->clip, 0);
	if (o->average != 0)
		a->average = fmax(o->average, 0);
}

void
trainee_refresh_book(struct trainee *t, size_t c)
{
	learner_book(
		&t->learner[c], t->ps.w, t->pool, quantizer_book(&t->q, c));
	quantizer_prepare(&t->q, c, t->pool);
}

void
trainee_refresh(struct trainee *t)
{
	for (size_t c = 0; c < trainee_books(t); c++)
		trainee_refresh_book(t, c);
}

float *
trainee_latents(struct trainee *t, const struct sample *s)
{
	const struct trainer_opts *o = t->o;
	size_t n = s->n, dim = t->transform->dim;
	float *z = mem_floats(n * o->d);
	bool conv = o->net == NET_CONV && s->grid.count;
	struct panel a;

	if (o->net == NET_NONE) {
		memcpy(z, s->x, n * dim * sizeof(*z));
		return z;
	}
	panel_init(&a, params_in(&t->ps, t->ps.w, t->encoder), NULL, o->d, dim);
	if (conv)
		convnet_pack(&t->conv.encoder, &t->ps);
	net_map_grid(&a, conv ? &t->conv.encoder : NULL, &t->ps, t->pool, s->x,
		sample_grid(s), z);
	panel_free(&a);
	return z;
}

void
trainee_take_tables(struct trainee *t, bool settle)
{
	for (size_t c = 0; c < trainee_books(t); c++) {
		struct learner *l = &t->learner[c];
		const float *q = quantizer_book(&t->q, c)->q;

		if (settle && l->type->settle)
			l->type->settle(l, q);
		else
			l->type->start(l, q);
	}
}

void
trainee_take_net(struct trainee *t, const struct model *m)
{
	size_t bytes = m->net.d * m->net.dim * sizeof(float);

	if (t->o->net == NET_NONE)
		return;
	memcpy(params_in(&t->ps, t->ps.w, t->encoder), m->net.a, bytes);
	memcpy(params_in(&t->ps, t->ps.w, t->decoder), m->net.b, bytes);
	if (t->o->net == NET_CONV)
		net_conv_copy(&t->conv, &t->ps, m->net.conv);
}

void
trainee_copy_tables(struct trainee *t, const struct model *m)
{
	for (size_t c = 0; c < trainee_books(t); c++)
		quantizer_set(&t->q, c, m->quantizer.book[c].q,
			m->quantizer.book[c].k);
}
