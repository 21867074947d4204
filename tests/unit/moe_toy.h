/*
 * moe_toy.h - a small labelled set and small models of experts to train on it.
 */
#ifndef TESTS_MOE_TOY_H
#define TESTS_MOE_TOY_H

#include <stdlib.h>
#include <string.h>

#include "model/moe_book.h"
#include "model/moe_step.h"
#include "util/mem.h"
#include "util/rng.h"

#define TOY_ROWS ((size_t)600)
#define TOY_COLUMNS ((size_t)5)
#define TOY_CLASSES ((size_t)4)

struct toy {
	float x[TOY_ROWS * TOY_COLUMNS];
	uint32_t class[TOY_ROWS];
	float real[TOY_ROWS * 2];
};

/* Classes are quadrants of two columns; real targets their product and sum. */
static inline void
toy_fill(struct toy *t)
{
	struct rng r;

	rng_seed(&r, 7, 0);
	for (size_t v = 0; v < TOY_ROWS; v++) {
		float *x = t->x + v * TOY_COLUMNS;

		for (size_t i = 0; i < TOY_COLUMNS; i++)
			x[i] = (float)rng_normal(&r);
		t->class[v] = (x[0] > 0 ? 1u : 0u) + (x[1] > 0 ? 2u : 0u);
		t->real[2 * v] = x[0] * x[1];
		t->real[2 * v + 1] = x[0] + x[2];
	}
}

static inline struct moe_opts
toy_opts(enum moe_kind kind)
{
	struct moe_opts o;

	moe_opts_init(&o);
	o.kind = kind;
	o.input = MOE_LINEAR;
	o.columns = TOY_COLUMNS;
	o.head = MOE_CLASSES;
	o.outputs = TOY_CLASSES;
	o.width = 12;
	o.hidden = 9;
	o.layers = 2;
	o.experts = 4;
	o.codes = 10;
	o.steps = 100;
	o.batch = 64;
	o.rate = 1e-2;
	return o;
}

static inline struct moe_batch
toy_batch(const struct toy *t, size_t from, size_t n)
{
	return (struct moe_batch){ .n = n,
		.x = t->x + from * TOY_COLUMNS,
		.class = t->class + from,
		.real = t->real + 2 * from };
}

/* Steps from .. end - 1, on batches that go round the data; builds what is to
 * be built.  The last loss. */
static inline double
toy_train(struct moe *m, const struct toy *t, size_t from, size_t end)
{
	struct moe_figures f = { 0 };
	struct moe_work w;
	struct err e;
	double agreement;

	if (m->o.kind == MOE_RANDOM && !m->built)
		moe_book_freeze_random(m);
	moe_pack(m);
	moe_work_init(&w, m, m->o.batch, true, false);
	for (size_t s = from; s < end; s++) {
		struct moe_batch b = toy_batch(
			t, s * 37 % (TOY_ROWS - m->o.batch), m->o.batch);
		struct moe_batch all = toy_batch(t, 0, TOY_ROWS);

		if (moe_book_is_due(m) &&
			moe_book_build(m, &all, &agreement, &e) != 0)
			abort();
		if (!moe_step_run(m, &b, &w, &f))
			abort();
	}
	moe_work_free(&w, m);
	return f.loss;
}

#endif
