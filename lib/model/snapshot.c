#include <stdlib.h>

#include "model/book_file.h"
#include "model/snapshot.h"
#include "util/mem.h"

static void
describe(const struct trainee *t, struct meta *m)
{
	const struct transform *x = t->transform;

	meta_set(m, "format", "1");
	meta_set(m, "kind", "model");
	meta_set(m, "type", t->o->type->name);
	meta_set(m, "net", net_name(t->o->net));
	meta_set(m, "media", item_kind_name(x->kind));
	if (x->kind != ITEM_ROWS)
		meta_setf(m, "patch", "%zu", x->patch);
	if (x->kind == ITEM_IMAGE)
		meta_setf(m, "channels", "%zu", x->channels);
	if (x->kind == ITEM_AUDIO)
		meta_setf(m, "sample_rate", "%zu", x->sample_rate);
	meta_setf(m, "dim", "%zu", x->dim);
	meta_setf(m, "d", "%zu", t->o->d);
	if (t->o->net == NET_CONV)
		net_conv_describe(&t->o->conv, m);
	meta_setf(m, "stages", "%zu", t->q.stages);
	meta_setf(m, "groups", "%zu", t->q.groups);
	if (t->q.shared)
		meta_set(m, "shared", "1");
	if (t->o->quant.unit || t->o->type->unit)
		meta_set(m, "metric", "cosine");
	if (t->o->quant.lambda > 0)
		meta_setf(m, "lambda", "%.9g", t->o->quant.lambda);
	meta_setf(m, "codes", "%zu", t->o->k);
}

static void
add_order(const struct quantizer *q, struct record *r)
{
	uint32_t *order;
	struct tensor *t;

	if (!q->order)
		return;
	order = mem_alloc(q->d, sizeof(*order));
	for (size_t i = 0; i < q->d; i++)
		order[i] = (uint32_t)q->order[i];
	t = record_add(r, "quantize.order", DT_U32, 1, &q->d, NULL);
	dtype_from_u32(t->data, order, q->d, DT_U32);
	free(order);
}

static void
add_weight(const struct trainee *t, float *block, size_t row, struct record *r)
{
	const struct param *p = &t->ps.row[row];

	learner_save_tensor(r, "", p->name, params_in(&t->ps, block, row),
		p->rows, p->cols);
}

/* The networks' rows lie together. */
static void
add_conv(const struct trainee *t, float *block, struct record *r)
{
	size_t first = t->conv.encoder.first.weight;
	size_t last = t->conv.decoder.last.weight;

	for (size_t i = first; i <= last; i++)
		add_weight(t, block, i, r);
}

static void
add_book(const struct trainee *t, float *block, size_t column, struct record *r)
{
	const struct learner *l = &t->learner[column];
	struct codebook b = { 0 };
	char prefix[MODEL_PREFIX_MAX];

	model_prefix(prefix, column, trainee_books(t));
	learner_book(l, block, t->pool, &b);
	l->type->save(l, block, b.q, prefix, r);
	book_file_save(&b, prefix, r);
	codebook_free(&b);
}

void
snapshot_record(const struct trainee *t, float *block, struct record *r)
{
	describe(t, &r->meta);
	learner_save_tensor(
		r, "transform.", "mu", t->transform->mu, 0, t->transform->dim);
	learner_save_tensor(
		r, "transform.", "scale", &t->transform->scale, 0, 1);
	if (t->o->net != NET_NONE) {
		add_weight(t, block, t->encoder, r);
		add_weight(t, block, t->decoder, r);
	}
	if (t->o->net == NET_CONV)
		add_conv(t, block, r);
	add_order(&t->q, r);
	for (size_t c = 0; c < trainee_books(t); c++)
		add_book(t, block, c, r);
}
