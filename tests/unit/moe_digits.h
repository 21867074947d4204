/*
 * moe_digits.h - a small model of experts in training on data/digits: 8 x 8
 * pixels of 0 to 16, ten classes.
 */
#ifndef MOE_DIGITS_H
#define MOE_DIGITS_H

#include <zlib.h>

#include "moe_tiny.h"

enum {
	PIXELS = 64,
	CLASSES = 10,
	TRAIN = 1500,
	HELD = 297,
	BATCH = 128,
	STEPS = 240
};

struct digits {
	float *x;        /* [TRAIN + HELD, PIXELS] */
	uint32_t *class; /* [TRAIN + HELD] */
};

HELP void
digits_read(struct digits *d)
{
	gzFile f = gzopen("data/digits/digits.csv.gz", "rb");
	char line[512], *at;

	assert_non_null(f);
	d->x = mem_floats((TRAIN + HELD) * PIXELS);
	d->class = mem_alloc(TRAIN + HELD, sizeof(*d->class));
	for (size_t v = 0; v < TRAIN + HELD; v++) {
		assert_non_null(at = gzgets(f, line, sizeof(line)));
		for (size_t i = 0; i < PIXELS; i++, at++)
			d->x[v * PIXELS + i] = strtof(at, &at);
		d->class[v] = (uint32_t)strtoul(at, NULL, 10);
	}
	gzclose(f);
}

HELP void
digits_free(struct digits *d)
{
	free(d->x);
	free(d->class);
}

HELP struct moe_opts
digits_opts(enum moe_kind kind)
{
	struct moe_opts o;

	moe_opts_init(&o);
	o.input = MOE_LINEAR;
	o.columns = PIXELS;
	o.head = MOE_CLASSES;
	o.outputs = CLASSES;
	o.kind = kind;
	o.width = 20;
	o.experts = 6;
	o.hidden = 24;
	o.codes = 24;
	o.act = ACT_GELU;
	o.rate = 5e-3;
	o.steps = STEPS;
	o.batch = BATCH;
	return o;
}

/* A model in training. */
struct run {
	struct moe m;
	struct moe_work w, held;
	struct rng r;
	float *x;
	uint32_t *class;
	struct moe_figures f; /* of the last step */
	char rules[32];
};

HELP void
run_open(struct run *t, const struct moe_opts *o)
{
	float mean[PIXELS];
	struct err e;

	*t = (struct run){ 0 };
	tiny_rules(t->rules);
	if (moe_init(&t->m, o, NULL, &e) != 0)
		fail_msg("%s", e.msg);
	t->m.o.rules = t->rules;
	for (size_t i = 0; i < PIXELS; i++)
		mean[i] = 5;
	moe_scale(&t->m, mean, 6, NULL, 1);
	moe_pack(&t->m);
	if (o->kind == MOE_RANDOM)
		moe_book_freeze_random(&t->m);
	moe_work_init(&t->w, &t->m, BATCH, true, false);
	moe_work_init(&t->held, &t->m, HELD, false, false);
	t->x = mem_floats(BATCH * PIXELS);
	t->class = mem_alloc(BATCH, sizeof(*t->class));
	rng_seed(&t->r, 21, 0);
}

HELP void
run_close(struct run *t)
{
	moe_work_free(&t->w, &t->m);
	moe_work_free(&t->held, &t->m);
	moe_free(&t->m);
	free(t->x);
	free(t->class);
	unlink(t->rules);
}

HELP void
run_build(struct run *t, const struct digits *d)
{
	struct moe_batch sample = { .n = TRAIN, .x = d->x, .class = d->class };
	double agreement;
	struct err e;

	if (moe_book_build(&t->m, &sample, &agreement, &e) != 0)
		fail_msg("%s", e.msg);
	assert_true(agreement > 0.5 && agreement <= 1);
}

HELP void
run_train(struct run *t, const struct digits *d, size_t steps)
{
	struct moe_batch b = { .n = BATCH, .x = t->x, .class = t->class };

	for (size_t i = 0; i < steps; i++) {
		if (moe_book_is_due(&t->m))
			run_build(t, d);
		for (size_t v = 0; v < BATCH; v++) {
			size_t from = rng_below(&t->r, TRAIN);

			t->class[v] = d->class[from];
			memcpy(t->x + v * PIXELS, d->x + from * PIXELS,
				PIXELS * sizeof(*t->x));
		}
		assert_true(moe_step_run(&t->m, &b, &t->w, &t->f));
	}
}

HELP bool
run_builds(const struct moe_opts *o)
{
	return moe_opts_has_book(o->kind) || moe_opts_is_frozen(o->kind);
}

/* Loss of rows that were not trained on. */
HELP double
run_loss(struct run *t, const struct digits *d, size_t *right)
{
	struct moe_batch b = {
		.n = HELD, .x = d->x + TRAIN * PIXELS, .class = d->class + TRAIN
	};

	return moe_step_evaluate(&t->m, &b, &t->held, right);
}

#endif
