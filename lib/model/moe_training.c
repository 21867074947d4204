#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/moe_adopt.h"
#include "model/moe_book.h"
#include "model/moe_file.h"
#include "model/moe_given.h"
#include "model/moe_load.h"
#include "model/moe_log.h"
#include "model/moe_made.h"
#include "model/moe_ranks.h"
#include "model/moe_teach.h"
#include "model/moe_training.h"
#include "util/progress.h"

#define WIDTH ((size_t)64)
#define WIDTH_TOKENS ((size_t)128)
#define CODES_AN_EXPERT 4
#define WEIGHT_BYTES 20 /* weight, gradient, two moments, average */

struct run {
	struct moe_training *t;
	struct moe_training_result *r;
	struct pool *pool;
	struct moe_sets sets;
	struct record from; /* of --continue or --experts */
	struct moe m;
	double before; /* loss of the model that is gone on from; NaN */
};

static int
load_start(struct run *u, struct err *e)
{
	const struct moe_training *t = u->t;
	const char *path = t->from ? t->from : t->experts;

	if (!path)
		return 0;
	if (record_load(&u->from, path, SIZE_MAX, e) != 0)
		return err_wrap(e, "%s", path);
	return 0;
}

/* A model that was trained decides what it is; more classes may come. */
static int
continue_model(struct run *u, struct moe_opts *o, struct err *e)
{
	const struct moe_training *t = u->t;
	struct moe_opts data = t->model, was;

	if (moe_load_opts(o, &u->from, e) != 0)
		return err_wrap(e, "%s", t->from);
	was = *o;
	if (moe_given_take(o, t, e) != 0)
		return -1;
	if (moe_adopt_rules(o, &was, e) != 0)
		return err_wrap(e, "%s", t->from);
	if (t->discrete_only) {
		if ((o->kind != MOE_VQMOE && o->kind != MOE_VQ) ||
			o->codes == 0)
			return err_set(e,
				"%s: router %s has no discrete path for "
				"--discrete-only",
				t->from, moe_opts_kind_name(o->kind));
		o->kind = MOE_VQ;
		o->freeze_codes = true;
	}
	if (o->head == MOE_CLASSES &&
		moe_sets_describe(&u->sets, &data, e) == 0 &&
		data.head == MOE_CLASSES && data.outputs > o->outputs)
		o->outputs = data.outputs;
	return 0;
}

static void
set_defaults(struct moe_opts *o)
{
	if (o->width == 0)
		o->width = o->input == MOE_EMBEDDING ? WIDTH_TOKENS : WIDTH;
	if (o->hidden == 0)
		o->hidden = 2 * o->width;
	if (o->codes == 0)
		o->codes = CODES_AN_EXPERT * o->experts;
}

/* Experts of elsewhere decide their sizes. */
static int
take_experts(struct run *u, struct moe_opts *o, struct err *e)
{
	const struct moe_training *t = u->t;

	if (moe_adopt_opts(o, &u->from, e) != 0)
		return err_wrap(e, "%s", t->experts);
	return moe_given_experts(o, t, e);
}

/* Weights are held five times while they learn. */
static int
check_size(const struct moe_opts *o, struct err *e)
{
	double d = (double)o->width, each = 2 * (double)o->hidden * d;
	double n = (double)o->layers *
		((double)o->experts * (each + d) + (double)o->codes * d);
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	double memory = (double)pages * (double)size;

	if (o->input == MOE_EMBEDDING)
		n += (double)o->context * (double)o->columns *
			(double)o->vocab * d;
	else
		n += (double)o->columns * d;
	n += (double)o->outputs * d;
	if (pages <= 0 || WEIGHT_BYTES * n < memory)
		return 0;
	return err_set(e,
		"a model of %.0f million weights needs more memory than "
		"there is",
		n / 1e6);
}

/* Floats without a target will get what the experts of elsewhere make of them
 * (moe_teach.h). */
static void
promise_targets(struct moe_sets *s, const struct moe_opts *o)
{
	struct moe_rows *rows[] = { &s->rows, &s->valid_rows };

	for (size_t i = 0; i < 2; i++) {
		struct moe_shape *is = &rows[i]->is;

		if (is->target != MOE_SHAPE_BARE || is->tokens)
			continue;
		is->target = MOE_SHAPE_REAL;
		is->outputs = o->width;
	}
}

static int
teach(struct run *u, struct err *e)
{
	if (u->m.o.head != MOE_BARE || u->sets.rows.real)
		return 0;
	if (!u->m.o.fixed_router)
		return err_set(e, "%s: %s the rows need a target",
			u->t->from ? u->t->from : u->t->experts,
			u->t->from ? "to go on" : "without router.weight");
	moe_teach_targets(&u->m, &u->sets.rows);
	moe_teach_targets(&u->m, &u->sets.valid_rows);
	say_note("targets: what the experts give under their own router; a "
		 "loss of 1 is as much as their variance");
	return 0;
}

static int
decide(struct run *u, struct moe_opts *o, struct err *e)
{
	const struct moe_training *t = u->t;
	int status;

	*o = t->model;
	if (t->from)
		status = continue_model(u, o, e);
	else if (t->experts)
		status = take_experts(u, o, e);
	else
		status = moe_sets_describe(&u->sets, o, e);
	if (status != 0)
		return -1;
	set_defaults(o);
	if (o->head == MOE_BARE)
		promise_targets(&u->sets, o);
	if (moe_given_check(t, o->kind, e) != 0)
		return -1;
	if (moe_sets_fit(&u->sets, o, e) != 0)
		return t->from || t->experts
			? err_wrap(e, "%s", t->from ? t->from : t->experts)
			: -1;
	return check_size(o, e);
}

/* Normalize by the training rows. */
static void
set_scale(struct run *u)
{
	struct moe_data_scale x = moe_data_scale_x(&u->sets.train);
	struct moe_data_scale real = moe_data_scale_real(&u->sets.train);
	bool linear = u->m.o.input == MOE_LINEAR;

	moe_scale(&u->m, linear ? x.mean : NULL, linear ? (float)x.scale : 1,
		real.mean, (float)real.scale);
	free(x.mean);
	free(real.mean);
}

/* Without a head nothing is normalized, but the loss is over the variance. */
static void
set_loss_scale(struct run *u)
{
	struct moe_data_scale real = moe_data_scale_real(&u->sets.train);

	u->m.target_scale = (float)real.scale;
	free(real.mean);
}

/* What the model of --continue loses on the held-back rows as it is. */
static int
judge_start(struct run *u, struct err *e)
{
	double unused;
	struct moe was;

	if (moe_load_model(&was, &u->from, u->pool, e) != 0)
		return -1;
	if (was.o.head == MOE_BARE)
		was.target_scale = u->m.target_scale;
	/* Classes that are new to it have no loss there. */
	if (was.o.outputs == u->m.o.outputs)
		moe_loop_evaluate(&was, &u->sets.held, &u->before, &unused);
	moe_free(&was);
	return 0;
}

static int
make_model(struct run *u, struct err *e)
{
	const struct moe_training *t = u->t;
	struct moe_opts o;

	if (decide(u, &o, e) != 0 || moe_sets_divide(&u->sets, &o, e) != 0)
		return -1;
	if (moe_opts_has_book(o.kind) && o.code_entropy > 0 &&
		!o.type->backward)
		return err_set(e,
			"--code-entropy: a codebook of type %s does not learn "
			"by gradient",
			o.type->name);
	if (moe_opts_has_book(o.kind) && u->sets.train.count < o.codes)
		return err_set(e,
			"%zu codes need at least as many rows to learn from, "
			"here are %zu",
			o.codes, u->sets.train.count);
	if (moe_ranks_check(&o, e) != 0 || moe_init(&u->m, &o, u->pool, e) != 0)
		return -1;
	if (!t->from && o.head != MOE_BARE)
		set_scale(u);
	if (t->from && moe_adopt_model(&u->m, &u->from, e) != 0)
		return err_wrap(e, "%s", t->from);
	if (t->experts && moe_adopt_experts(&u->m, &u->from, e) != 0)
		return err_wrap(e, "%s", t->experts);
	if (moe_book_check(&u->m, e) != 0 || teach(u, e) != 0)
		return -1;
	if (o.head == MOE_BARE)
		set_loss_scale(u);
	if (t->from && judge_start(u, e) != 0)
		return err_wrap(e, "%s", t->from);
	record_free(&u->from);
	if (t->from && t->given.map && u->m.built)
		say_note("%s has this --map: its codebook is kept", t->from);
	return 0;
}

static void
set_figure(struct meta *m, const char *key, double v)
{
	if (isfinite(v))
		meta_setf(m, key, "%.9g", v);
}

static void
describe(const struct run *u)
{
	const struct moe_opts *o = &u->m.o;
	const struct moe_loop_result *l = &u->r->loop;
	struct meta *m = &u->r->record.meta;

	meta_setf(m, "batch", "%zu", o->batch);
	meta_setf(m, "learning_rate", "%.9g", o->rate);
	meta_setf(m, "router_rate", "%.9g", o->router_rate);
	meta_setf(m, "vq_weight", "%.9g", o->vq_weight);
	meta_setf(m, "beta", "%.9g", o->beta);
	meta_setf(m, "balance", "%.9g", o->balance);
	if (o->code_entropy > 0)
		meta_setf(m, "code_entropy", "%.9g", o->code_entropy);
	meta_setf(m, "z_loss", "%.9g", o->z_loss);
	meta_setf(m, "items", "%zu", u->sets.rows.items);
	meta_setf(m, "train_rows", "%zu", u->sets.train.count);
	meta_setf(m, "held_rows", "%zu", u->sets.held.count);
	meta_setf(m, "skipped", "%zu", l->skipped);
	set_figure(m, "valid_loss", l->valid_loss);
	set_figure(m, "valid_accuracy", l->valid_accuracy);
	if (u->sets.bytes)
		set_figure(m, "bits_per_byte", moe_log_bits(l->valid_loss));
	set_figure(m, "start_loss", u->before);
	meta_set(m, "program", "moe-train " VQ_VERSION);
}

static void
tell(const struct run *u)
{
	const struct moe_loop_result *l = &u->r->loop;
	size_t n = l->valid_rows;

	if (isfinite(l->valid_accuracy) && !u->sets.bytes)
		say_note("held-back loss %.5f, accuracy %.2f %%, N = %zu",
			l->valid_loss, 100 * l->valid_accuracy, n);
	else if (u->sets.bytes)
		say_note("held-back loss %.5f, %.4f bits a byte, accuracy "
			 "%.2f %%, N = %zu",
			l->valid_loss, moe_log_bits(l->valid_loss),
			100 * l->valid_accuracy, n);
	else if (n)
		say_note("held-back loss %.5f, N = %zu", l->valid_loss, n);
	if (l->valid_loss > u->before)
		say_note("that is more than before (%.5f): the model that was "
			 "gone on from is the better one there",
			u->before);
	say_note(
		"%zu multiply-adds of experts a row", moe_multiply_adds(&u->m));
	if (l->skipped)
		say_warning("%zu steps were not finite and were left out",
			l->skipped);
}

/* What there is before the first step. */
static void
tell_start(struct run *u)
{
	bool bare = u->t->experts && u->m.o.fixed_router;
	double loss, unused;

	if (isfinite(u->before))
		say_note("held-back loss before: %.5f", u->before);
	if (!u->t->discrete_only && !bare)
		return;
	if (moe_loop_evaluate(&u->m, &u->sets.held, &loss, &unused) == 0)
		return;
	if (bare)
		say_note("held-back loss under their own router: %.5f", loss);
	else
		say_note("held-back loss by codes alone, before: %.5f", loss);
}

static int
train(struct run *u, struct err *e)
{
	int status = 0;

	if (u->t->made && ranks_first())
		status = moe_made_check(u->t, &u->m.o, u->sets.train.count, e);
	if (ranks_agree(status, e) != 0)
		return -1;
	u->t->loop.made = u->t->made != NULL;
	if (!u->t->made)
		tell_start(u);
	if (moe_loop_run(&u->m, &u->sets, &u->t->loop, &u->r->loop, e) != 0)
		return -1;
	if (u->r->loop.done)
		say_note("%s: done before, nothing is left to do", u->t->made);
	if (u->r->loop.stopped || u->r->loop.done)
		return 0;
	moe_file_record(&u->m, &u->r->record);
	describe(u);
	tell(u);
	return 0;
}

int
moe_training_run(
	struct moe_training *t, struct moe_training_result *r, struct err *e)
{
	struct run u = {
		.t = t, .r = r, .pool = pool_open(t->threads), .before = NAN
	};
	int status;

	*r = (struct moe_training_result){ 0 };
	status = ranks_agree(load_start(&u, e), e);
	if (status == 0)
		status = moe_ranks_read(&u.sets, &t->sets, e);
	if (status == 0)
		status = ranks_agree(make_model(&u, e), e);
	if (status == 0)
		status = moe_ranks_alike(&u.sets, e);
	if (status == 0)
		status = train(&u, e);
	r->errors = u.sets.errors ? u.sets.errors : u.sets.rows.errors;
	moe_free(&u.m);
	moe_sets_free(&u.sets);
	record_free(&u.from);
	pool_close(u.pool);
	return status;
}
