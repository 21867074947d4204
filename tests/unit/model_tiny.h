/* model_tiny.h - small data sets, and small models trained on them. */
#ifndef MODEL_TINY_H
#define MODEL_TINY_H

#include "model/trainer.h"
#include "model_items.h"

struct tiny {
	struct corpus c;
	struct transform t;
	struct dataset s;
	struct trainer_result r;
	size_t reports;
};

/* One item of the kind; the same for the same kind. */
HELP void
tiny_data(struct tiny *f, enum item_kind kind, float scale, struct pool *pool)
{
	struct dataset_opts o = { .buffer_bytes = 1 << 20,
		.sample = 600,
		.seed = 5,
		.turn = true,
		.hold_back = true };
	struct rng r;
	float *x;
	struct err e;

	*f = (struct tiny){ .t = { .kind = kind } };
	rng_seed(&r, 9, (uint64_t)kind);
	x = normals(&r, 4800, (double)scale);
	for (size_t i = 6; i < 4800; i++) /* correlated */
		x[i] += 0.8f * x[i - 6];
	switch (kind) {
	case ITEM_IMAGE:
		f->t.patch = 4;
		f->t.channels = 3;
		items_file("image", items_image(40, 3), x, 40);
		assert_int_equal(items_survey(&f->c, &e, 1, "image"), 0);
		break;
	case ITEM_AUDIO:
		f->t.patch = 8;
		f->t.sample_rate = 8000;
		items_file("sound", items_sound(1), x, 4800);
		assert_int_equal(items_survey(&f->c, &e, 1, "sound"), 0);
		break;
	case ITEM_ROWS:
		f->t.dim = 8;
		items_file("rows", items_rows(8), x, 600);
		assert_int_equal(items_survey(&f->c, &e, 1, "rows"), 0);
		break;
	}
	transform_init(&f->t);
	assert_int_equal(dataset_open(&f->s, &f->c, &f->t, &o, pool, &e), 0);
	free(x);
}

HELP void
tiny_free(struct tiny *f)
{
	record_free(&f->r.record);
	dataset_close(&f->s);
	corpus_free(&f->c);
	transform_free(&f->t);
}

HELP struct trainer_opts
tiny_opts(const char *type)
{
	return (struct trainer_opts){ .type = learner_find(type),
		.net = NET_LINEAR,
		.d = 5,
		.k = 16, /* which every type can have */
		.stages = 1,
		.groups = 1,
		.steps = 12,
		.batch = 300,
		.net_rate = 1e-3,
		.quant_rate = 1e-3,
		.beta = 1,
		.vq_weight = 1,
		.stage_dropout = 0.5,
		.seed = 3 };
}

HELP void
tiny_step(void *arg, size_t step, const struct trainer_report *r)
{
	struct tiny *f = arg;

	f->reports += r != NULL;
	if (r) {
		assert_int_equal(r->step, step);
		assert_true(isfinite(r->loss) && r->loss >= 0);
		assert_int_equal(r->skipped, 0);
		assert_true(r->used > 0 && r->used <= r->codes);
		assert_true(r->perplexity >= 1 - 1e-9);
	}
}

HELP void
tiny_train(struct tiny *f, const struct trainer_opts *o, struct pool *pool)
{
	struct trainer_hooks hooks = { .arg = f, .step = tiny_step };
	struct err e;

	if (trainer_run(o, &f->s, pool, &hooks, &f->r, &e) != 0)
		fail_msg("%s", e.msg);
}

/* Codes of the held-back vectors. */
HELP uint32_t *
tiny_codes(const struct tiny *f, const struct model *m)
{
	const struct quantizer *q = &m->quantizer;
	size_t n = f->s.held.count;
	float *z = mem_floats(n * q->d);
	float *work = mem_floats(quantizer_work(q, n));
	uint32_t *codes = mem_zalloc(n * quantizer_columns(q), sizeof(*codes));

	net_encode(&m->net, f->s.held.x, n, z);
	quantizer_encode(q, z, n, q->stages, codes, NULL, work);
	free(z);
	free(work);
	return codes;
}

#endif
