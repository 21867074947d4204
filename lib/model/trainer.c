#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/anchor.h"
#include "model/churn.h"
#include "model/crops.h"
#include "model/guard.h"
#include "model/half.h"
#include "model/snapshot.h"
#include "model/step.h"
#include "model/train_budget.h"
#include "model/train_checkpoint.h"
#include "model/train_state.h"
#include "model/train_window.h"
#include "model/trainer.h"
#include "nn/adam.h"
#include "util/mem.h"
#include "util/progress.h"
#include "util/ranks.h"
#include "util/stop.h"

#define CHECKPOINTS 10
#define REPORTS 100

/* Streams of the seeded generator; others are in dataset.c and trainee.c. */
enum { REVIVAL = 21, DEPTHS };

struct trainer {
	const struct trainer_opts *o;
	struct dataset *data;
	struct pool *pool;
	struct trainee m;
	struct adam adam;
	struct step step;
	struct rng rng_revive, rng_depth;

	struct sample trains, judges; /* judges: held back, or trained on */
	struct field_loss *loss;      /* NULL: the squared error */
	struct trainer_result *best;
	struct anchor anchor;
	struct churn churn; /* of judges, where a model is gone on with */

	/* At the last checkpoint. */
	double held_error;
	struct drift drift;

	struct train_budget budget;
	const struct trainer_hooks *hooks;
	struct train_window window; /* since the last report */
	double rate;                /* of the codebook, in the last step */
	struct guard guard;
};

/* Figures of m on x; change against c takes columns' as well, or is NULL. */
static void
judge(const struct trainer *t, const struct model *m, const struct sample *x,
	struct judgement *j, const struct churn *c, struct drift *all,
	struct drift *column)
{
	size_t columns = trainee_columns(&t->m);
	uint32_t *codes = mem_alloc(x->n * columns, sizeof(*codes));

	judge_codes(m, t->pool, x, j, codes);
	if (c->old)
		churn_measure(c, codes, t->m.root, all, column);
	free(codes);
}

/* Judge what the block holds; keep it if it is the best so far, or the last is
 * asked for. */
static int
checkpoint(struct trainer *t, float *block, size_t step, bool settled,
	struct judgement *j, struct err *e)
{
	struct trainer_result *best = t->best;
	struct record r = { 0 };
	struct model m;

	if (ranks_alike("the weights", RANKS_SAME_MACHINES, block,
		    t->m.ps.total * sizeof(*block), e) != 0)
		return err_wrap(e, "step %zu", step);
	if (step > 0 && !train_state_is_finite(&t->m))
		return 0; /* the guard will notice */
	snapshot_record(&t->m, block, &r);
	if ((t->o->half && half_round(&r, e) != 0) ||
		model_from_record(&m, &r, e) != 0) {
		record_free(&r);
		return err_wrap(e, "step %zu", step);
	}
	judge(t, &m, &t->judges, j, &t->churn, &t->drift, NULL);
	t->held_error = j->error;
	say_verbose("step %zu%s: error %.6f, loss %.6f, %zu of %zu codes used",
		step, settled ? ", settled" : "", j->error, j->loss, j->used,
		j->codes);
	if (t->hooks->judged && !settled)
		t->hooks->judged(t->hooks->arg, step, &m);
	model_free(&m);
	if (best->record.count && !t->o->keep_last &&
		!(j->cost < best->held.cost)) {
		record_free(&r);
		return 0;
	}
	record_free(&best->record);
	best->record = r;
	best->held = *j;
	best->saved_step = step;
	best->settled = settled;
	return 0;
}

static void
set_losses(struct trainer *t)
{
	const struct trainer_opts *o = t->o;
	struct step *s = &t->step;
	double n = (double)o->batch;

	s->recon_scale = 1 / n; /* E |x|^2 = 1 */
	s->vq_scale = o->vq_weight / (n * t->m.latent_variance);
	s->beta = o->beta;
	s->stage_dropout = o->stage_dropout;
	s->estimator = o->estimator;
	s->entropy_weight = step_pulls(s) ? 0 : o->quant.entropy_weight;
}

static void
open_step(struct trainer *t)
{
	t->step = (struct step){ .net = t->o->net,
		.n = t->o->batch,
		.dim = t->data->transform->dim,
		.d = t->o->d,
		.q = &t->m.q,
		.learner = t->m.learner,
		.ps = &t->m.ps,
		.encoder = t->m.encoder,
		.decoder = t->m.decoder,
		.conv = &t->m.conv,
		.net_rows = t->m.net_rows,
		.grid = t->data->field,
		.loss = t->loss,
		.sums = t->o->sums,
		.pool = t->pool };
	if (t->o->net == NET_CONV)
		t->step.grid.count = t->o->batch / grid_tokens(t->data->field);
	set_losses(t);
	step_init(&t->step);
	t->data->unit = step_unit(&t->step);
	train_window_init(&t->window, trainee_columns(&t->m));
}

static void
close_step(struct trainer *t)
{
	train_window_free(&t->window);
	guard_free(&t->guard);
	if (t->step.q)
		step_free(&t->step);
}

static int
one_step(struct trainer *t, struct err *e)
{
	struct step *s = &t->step;
	double recon, vq;

	if (t->o->net == NET_CONV)
		crops_draw(t->data, s->grid.count, s->x);
	else
		dataset_batch(t->data, s->n, s->x);
	if (t->m.q.stages > 1)
		step_depths(s, &t->rng_depth);
	step_run(s, &recon, &vq);
	vq += anchor_pull(&t->anchor, s);
	t->adam.factor = t->guard.now.scale;
	if (t->o->schedule != SCHEDULE_CONSTANT)
		t->adam.factor *=
			train_budget_cosine(&t->budget, t->adam.warm_up);
	t->rate = adam_rate(&t->adam, PARAM_QUANT);
	if (!guard_accepts(&t->guard, recon + vq) ||
		!isfinite(adam_step(&t->adam, &t->m.ps, t->pool)))
		return guard_bad(&t->guard, t->budget.step + 1, e);
	trainee_moved(&t->m, s->part, s->idx, s->n, &t->rng_revive);
	trainee_refresh(&t->m);
	train_window_add(&t->window, s, recon, vq);
	guard_good(&t->guard, recon + vq);
	return 0;
}

static void
report(struct trainer *t, const struct trainer_hooks *h)
{
	struct train_window *w = &t->window;
	struct trainer_report r = { .step = t->budget.step,
		.skipped = t->guard.now.skipped,
		.halved = t->guard.now.halved,
		.window_tokens = w->steps * t->o->batch,
		.rate = t->rate,
		.codes = w->columns * t->o->k,
		.held_error = t->held_error,
		.continued = t->o->learned != NULL,
		.churn = t->drift.churn,
		.drift = t->drift.distance };

	r.recon = w->recon / (double)w->steps;
	r.vq = w->vq / (double)w->steps;
	r.entropy = w->entropy / (double)w->steps;
	r.has_entropy = t->step.entropy_weight > 0;
	r.loss = r.recon + r.vq + r.entropy;
	r.used = train_window_used(w, &r.perplexity);
	r.utilization = (double)r.used / (double)r.codes;
	train_window_reset(w);
	h->step(h->arg, r.step, &r);
}

static int
steps(struct trainer *t, const struct trainer_hooks *h,
	struct train_checkpoint *c, struct err *e)
{
	struct train_budget *b = &t->budget;
	struct judgement j;
	int stop;

	while (!train_budget_is_over(b)) {
		if (one_step(t, e) != 0)
			return -1;
		train_budget_step(b);
		if (train_budget_due(b, CHECKPOINTS) &&
			checkpoint(t, t->m.ps.avg, b->step, false, &j, e) != 0)
			return -1;
		if (train_budget_due(b, REPORTS))
			report(t, h);
		else
			h->step(h->arg, b->step, NULL);
		stop = ranks_most(stop_asked());
		train_checkpoint_step(c, stop || train_budget_is_over(b));
		if (stop)
			return c->keep->path
				? 0
				: err_set(e, "stopped by a signal");
	}
	return 0;
}

static int
joint_phase(struct trainer *t, const struct trainer_hooks *h, struct err *e)
{
	struct train_checkpoint c = { .keep = &t->o->keep,
		.hooks = h,
		.m = &t->m,
		.step = &t->step,
		.adam = &t->adam,
		.guard = &t->guard,
		.budget = &t->budget,
		.window = &t->window,
		.data = t->data,
		.revive = &t->rng_revive,
		.depth = &t->rng_depth,
		.best = t->best,
		.held_error = &t->held_error,
		.drift = &t->drift };
	int status;

	trainee_refresh(&t->m);
	guard_begin(&t->guard, &t->m, &t->adam);
	train_budget_begin(&t->budget, t->o->steps, t->o->seconds, 0, 0);
	if (train_checkpoint_begin(&c, e) != 0)
		return -1;
	if (c.keep->path)
		stop_begin();
	status = steps(t, h, &c, e);
	if (c.keep->path)
		t->best->stopped = ranks_most(stop_end());
	t->best->steps = t->budget.step;
	t->best->skipped = t->guard.now.skipped;
	t->best->halved = t->guard.now.halved;
	return status;
}

/* The best so far once more, with its encoder frozen. */
static int
settle(struct trainer *t, struct err *e)
{
	struct judgement j;
	struct model m;
	int status;

	if (model_from_record(&m, &t->best->record, e) != 0)
		return -1;
	status = trainee_settle(&t->m, &m, &t->best->record, &t->trains, e);
	model_free(&m);
	if (status != 0)
		return status;
	return checkpoint(t, t->m.ps.w, t->best->saved_step, true, &j, e);
}

static int
run(struct trainer *t, const struct trainer_hooks *h, struct err *e)
{
	const struct reservoir *rows = &t->data->train;
	struct sample all = { .x = rows->x, .w = rows->w, .n = rows->count };
	const struct sample *x = t->o->from ? &t->trains : &all;

	/* A start sees no neighbours; what was trained on them does. */
	if (trainee_start(&t->m, x, e) != 0 ||
		checkpoint(t, t->m.ps.w, 0, false, &t->best->start, e) != 0)
		return -1;
	if (t->o->steps || t->o->seconds > 0) {
		open_step(t);
		if (t->o->anchor > 0)
			anchor_init(&t->anchor, &t->m, &t->trains);
		if (joint_phase(t, h, e) != 0)
			return -1;
	}
	if (t->best->stopped || t->o->start == START_RANDOM ||
		t->o->no_settle || t->o->net == NET_CONV)
		return 0;
	return settle(t, e);
}

/* What became of the old codes of a sample x, into the metadata as well. */
static void
judge_change(struct trainer *t, const struct model *m, const struct sample *x,
	const char *prefix, struct drift *all)
{
	size_t columns = trainee_columns(&t->m);
	struct drift *column = mem_alloc(columns, sizeof(*column));
	struct judgement j;
	struct churn c;

	churn_init(&c, t->o->from, t->pool, x);
	judge(t, m, x, &j, &c, all, column);
	churn_describe(
		&c, prefix, t->m.root, all, column, &t->best->record.meta);
	churn_free(&c);
	free(column);
}

static int
judge_saved(struct trainer *t, struct err *e)
{
	struct trainer_result *best = t->best;
	struct model m;

	if (model_from_record(&m, &best->record, e) != 0)
		return -1;
	judge(t, &m, &t->trains, &best->train, &(struct churn){ 0 }, NULL,
		NULL);
	if (t->o->learned) {
		meta_set(&best->record.meta, "continued_from",
			t->o->from->fingerprint);
		judge_change(t, &m, &t->judges, "", &best->held_drift);
		judge_change(t, &m, &t->trains, "train_", &best->train_drift);
	}
	model_free(&m);
	return 0;
}

int
trainer_run(const struct trainer_opts *o, struct dataset *data,
	struct pool *pool, const struct trainer_hooks *hooks,
	struct trainer_result *result, struct err *e)
{
	struct trainer t = { .o = o,
		.data = data,
		.pool = pool,
		.hooks = hooks,
		.best = result };
	int status;

	*result = (struct trainer_result){ .held_back = data->held.count > 0,
		.last = o->keep_last,
		.continued = o->learned != NULL };
	if (o->net == NET_CONV && !loss_weights_plain(&o->loss))
		t.loss = field_loss_open(data->transform, &o->loss);
	t.trains = crops_or_rows(data, false);
	t.judges = crops_or_rows(data, result->held_back);
	t.trains.loss = t.judges.loss = t.loss;
	if (o->learned)
		churn_init(&t.churn, o->from, pool, &t.judges);
	trainee_init(&t.m, o, data->transform, pool);
	t.m.weight = data->train.w;
	trainee_adam(o, &t.adam);
	rng_seed(&t.rng_revive, o->seed, REVIVAL);
	rng_seed(&t.rng_depth, o->seed, DEPTHS);
	status = run(&t, hooks, e);
	if (status == 0 && o->half)
		half_trim(&result->record);
	if (status == 0 && !result->stopped)
		status = judge_saved(&t, e);
	if (status != 0 || result->stopped)
		record_free(&result->record);
	close_step(&t);
	churn_free(&t.churn);
	anchor_free(&t.anchor);
	field_loss_close(t.loss);
	trainee_free(&t.m);
	return status;
}
