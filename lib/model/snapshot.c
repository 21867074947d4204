#include <stdlib.h>

#include "model/model.h"
#include "model/snapshot.h"
#include "util/mem.h"

static void
describe(const struct snapshot *s, struct meta *m)
{
	const struct transform *t = s->transform;

	meta_set(m, "format", "1");
	meta_set(m, "kind", "model");
	meta_set(m, "type", s->learner[0].type->name);
	meta_set(m, "net", net_name(s->net));
	meta_set(m, "media", item_kind_name(t->kind));
	if (t->kind != ITEM_ROWS)
		meta_setf(m, "patch", "%zu", t->patch);
	if (t->kind == ITEM_IMAGE)
		meta_setf(m, "channels", "%zu", t->channels);
	if (t->kind == ITEM_AUDIO)
		meta_setf(m, "sample_rate", "%zu", t->sample_rate);
	meta_setf(m, "dim", "%zu", t->dim);
	meta_setf(m, "d", "%zu", s->d);
	meta_setf(m, "stages", "%zu", s->q->stages);
	meta_setf(m, "groups", "%zu", s->q->groups);
	meta_setf(m, "codes", "%zu", s->learner[0].k);
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
add_weight(const struct snapshot *s, size_t row, struct record *r)
{
	const struct param *p = &s->ps->row[row];

	learner_save_tensor(r, "", p->name, params_in(s->ps, s->block, row),
		p->rows, p->cols);
}

void
snapshot_record(const struct snapshot *s, struct record *r)
{
	size_t columns = quantizer_columns(s->q);

	describe(s, &r->meta);
	learner_save_tensor(
		r, "transform.", "mu", s->transform->mu, 1, s->transform->dim);
	learner_save_tensor(
		r, "transform.", "scale", &s->transform->scale, 1, 1);
	if (s->net == NET_LINEAR) {
		add_weight(s, s->encoder, r);
		add_weight(s, s->decoder, r);
	}
	add_order(s->q, r);
	for (size_t c = 0; c < columns; c++) {
		const struct learner *l = &s->learner[c];
		float *q = mem_floats(l->k * l->d);
		char prefix[MODEL_PREFIX_MAX];

		model_prefix(prefix, c, columns);
		l->type->read(l, s->block, s->pool, q);
		l->type->save(l, s->block, q, prefix, r);
		free(q);
	}
}
