#include <stdio.h>
#include <stdlib.h>

#include "model/about.h"
#include "model/outcome.h"
#include "quant/basis.h"
#include "util/progress.h"

static void
describe_loss(const struct loss_weights *w, struct meta *m)
{
	char *text = loss_weights_text(w);

	if (!loss_weights_plain(w))
		meta_set(m, "loss", text);
	free(text);
}

/* How data are drawn. */
static void
describe_draws(const struct training *t, struct meta *m)
{
	if (t->trainer.net == NET_CONV && t->trainer.crop)
		meta_setf(m, "crop", "%zu", t->trainer.crop);
	if (t->level || !t->turn)
		meta_set(m, "augment", t->level ? "level" : "phase");
}

/* Where a setting is not the default. */
static void
describe_departures(const struct trainer_opts *o, struct meta *m)
{
	if (o->quant_rate != o->net_rate)
		meta_setf(m, "code_rate", "%.9g", o->quant_rate);
	if (o->schedule == SCHEDULE_COSINE)
		meta_set(m, "schedule", "cosine");
	if (o->warm_up && o->warm_up != 200)
		meta_setf(m, "warm_up", "%zu", o->warm_up);
	if (o->clip != 0 && o->clip != 1)
		meta_setf(m, "clip", "%.9g", o->clip > 0 ? o->clip : 0);
	if (o->average != 0 && o->average != 0.999)
		meta_setf(
			m, "average", "%.9g", o->average > 0 ? o->average : 0);
	if (o->estimator != ESTIMATOR_STE)
		meta_set(m, "estimator", estimator_name(o->estimator));
	if (o->quant.entropy_weight >= 0)
		meta_setf(m, "entropy_weight", "%.9g", o->quant.entropy_weight);
	describe_loss(&o->loss, m);
	if (o->stages > 1 && o->stage_dropout != 0.5)
		meta_setf(m, "stage_dropout", "%.9g", o->stage_dropout);
	if (o->anchor > 0)
		meta_setf(m, "anchor", "%.9g", o->anchor);
	if (o->quant.freeze_table && o->type == &learner_simvq)
		meta_set(m, "freeze_table", "1");
	if (o->no_settle)
		meta_set(m, "no_settle", "1");
	if (o->keep_last)
		meta_set(m, "choice", "last");
}

void
outcome_describe(const struct training *training, struct training_result *r)
{
	const struct trainer_opts *o = &training->trainer;
	const struct trainer_result *t = &r->trainer;
	struct meta *m = &r->trainer.record.meta;
	const char *judged = t->held_back ? "held" : "train";
	static const char *const start_name[] = { "classical", "data",
		"random" };

	meta_setf(m, "seed", "%llu", (unsigned long long)o->seed);
	meta_set(m, "init",
		o->from                     ? "model"
			: o->quant.features ? "features"
					    : start_name[o->start]);
	meta_setf(m, "steps", "%zu", o->seconds > 0 ? t->steps : o->steps);
	if (o->seconds > 0)
		meta_setf(m, "time", "%.9g", o->seconds);
	if (t->skipped)
		meta_setf(m, "skipped", "%zu", t->skipped);
	if (t->halved)
		meta_setf(m, "halved", "%zu", t->halved);
	meta_setf(m, "batch", "%zu", o->batch);
	meta_setf(m, "learning_rate", "%.9g", o->net_rate);
	meta_setf(m, "beta", "%.9g", o->beta);
	meta_setf(m, "vq_weight", "%.9g", o->vq_weight);
	describe_departures(o, m);
	describe_draws(training, m);
	if (r->weighted)
		meta_set(m, "weights", "w");
	meta_setf(m, "items", "%zu", r->items);
	meta_setf(m, "train_tokens", "%zu", r->train_tokens);
	meta_setf(m, "held_tokens", "%zu", r->held_tokens);
	meta_setf(m, "saved_step", "%zu", t->saved_step);
	meta_set(m, "settled", t->settled ? "1" : "0");
	meta_set(m, "judged_on", judged);
	meta_setf(m, "start_error", "%.9g", t->start.error);
	if (t->continued)
		meta_set(m, "churn_on", r->valid ? "valid" : judged);
	meta_setf(m, "held_error", "%.9g", t->held.error);
	meta_setf(m, "train_error", "%.9g", t->train.error);
	if (!loss_weights_plain(&o->loss))
		meta_setf(m, "held_loss", "%.9g", t->held.loss);
	if (o->quant.basis != BASIS_LINEAR)
		meta_set(m, "basis", basis_name(o->quant.basis));
	if (o->quant.no_bias)
		meta_set(m, "bias", "0");
	if (o->type == &learner_fc && o->quant.code_dim != LEARNER_CODE_DIM)
		meta_setf(m, "code_dim", "%zu", o->quant.code_dim);
	meta_set(m, "program", "vq-train " VQ_VERSION);
	about_set(m, &training->about);
}

static void
tell_head(const struct model *m)
{
	/* What the saved step was chosen by. */
	const char *judged = meta_get(&m->meta, "held_loss") ? "loss" : "error";
	static const char *const unit[] = { "PSNR dB", "SNR dB", "mse" };

	say_note("%-16s %8s %9s %7s %17s %10s %8s", "", unit[m->transform.kind],
		judged, "used", "codes", "perplexity", "N");
}

static void
tell_row(const char *name, const struct model *m, const struct judgement *j)
{
	double share = 100 * (double)j->used / (double)j->codes;
	char quality[40];

	snprintf(quality, sizeof(quality),
		m->transform.kind == ITEM_ROWS ? "%#.4g" : "%.2f",
		judge_quality(m, j->error));
	say_note("%-16s %8s %9.5f %6.1f%% %8zu/%-8zu %10.1f %8zu", name,
		quality, j->loss, share, j->used, j->codes, j->perplexity,
		j->tokens);
}

/* On which tokens, what share of them, and how far usage moved. */
static void
tell_change(const char *on, const struct model *m, const char *prefix,
	const struct drift *d)
{
	char key[40], split[40] = "";
	const char *columns;

	snprintf(key, sizeof(key), "%schurn_columns", prefix);
	columns = meta_get(&m->meta, key);
	snprintf(key, sizeof(key), "%ssplit", prefix);
	if (meta_get(&m->meta, key))
		snprintf(
			split, sizeof(split), "split %.2f%%, ", 100 * d->split);
	say_note("codes changed: %.2f%% of %zu %s tokens, %sdrift %.4f%s%s",
		100 * d->churn, d->tokens, on, split, d->distance,
		columns ? "; by column " : "", columns ? columns : "");
}

static const char *
sample_name(const struct training_result *r)
{
	if (!r->trainer.held_back)
		return "training";
	return r->valid ? "--valid" : "held-back";
}

void
outcome_tell(const struct training_result *r)
{
	static const char *const noun[][2] = { { "image", "images" },
		{ "sound", "sounds" }, { "set of rows", "sets of rows" } };
	const struct trainer_result *t = &r->trainer;
	const char *judged = t->held_back ? "held-back" : "training";
	const char *settled = t->settled ? ", settled" : "";
	char step[40];
	struct model m;
	struct err e;

	if (model_from_record(&m, &t->record, &e) != 0)
		return;
	say_note("%zu %s: %zu tokens to train on, %zu held back; %.1f s",
		r->items, noun[r->kind][r->items != 1], r->train_tokens,
		r->held_tokens, r->seconds);
	if (r->weighted)
		say_note("rows are weighed by their tensor w: errors are "
			 "weighted means");
	if (t->saved_step == 0)
		snprintf(step, sizeof(step), "the start");
	else
		snprintf(step, sizeof(step), "step %zu", t->saved_step);
	if (t->skipped)
		say_warning(
			"%zu steps were skipped, the rates halved %zu times: "
			"it diverged (a smaller -l may help)",
			t->skipped, t->halved);
	if (t->last)
		say_note("saved: %s%s, the last", step, settled);
	else
		say_note("saved: %s%s, best on %s tokens", step, settled,
			judged);
	tell_head(&m);
	tell_row("start", &m, &t->start);
	tell_row(t->held_back ? "saved, held-back" : "saved", &m, &t->held);
	tell_row("saved, training", &m, &t->train);
	if (t->continued)
		tell_change(sample_name(r), &m, "", &t->held_drift);
	if (t->continued && t->held_back)
		tell_change("training", &m, "train_", &t->train_drift);
	model_free(&m);
}
