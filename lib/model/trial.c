#include <math.h>
#include <stdlib.h>

#include "model/trial.h"
#include "stats/usage.h"
#include "util/mem.h"

static void
set_figures(struct trial_figures *f, const struct model *m,
	const struct judgement *j, const struct drift *change)
{
	const struct quantizer *q = &m->quantizer;

	*f = (struct trial_figures){ .tokens = j->tokens,
		.used = j->used,
		.share = (double)j->used / (double)j->codes,
		.entropy = j->entropy,
		.perplexity = j->perplexity,
		.error = j->error,
		.quality = judge_quality(m, j->error),
		.change = *change };
	for (size_t c = 0; c < quantizer_columns(q); c++) {
		size_t k = quantizer_book(q, c)->k;

		f->expected += usage_expected(j->tokens, k) * (double)k /
			(double)j->codes;
	}
}

/* Of so many bits a token. */
static double
rate_of(const struct transform *t, double bits)
{
	double patch = (double)t->patch;

	switch (t->kind) {
	case ITEM_IMAGE: return bits / (patch * patch);
	case ITEM_AUDIO: return bits * (double)t->sample_rate / patch;
	default: return (double)NAN;
	}
}

static void
set_book(struct trial *t, const struct model *m)
{
	t->k = quantizer_book(&m->quantizer, 0)->k;
	t->columns = quantizer_columns(&m->quantizer);
	for (size_t c = 0; c < t->columns; c++)
		t->bits += log2((double)quantizer_book(&m->quantizer, c)->k);
	t->rate = rate_of(&m->transform, t->bits);
}

static void
set_data(struct trial *t, const struct training_result *r)
{
	double all = (double)(r->train_tokens + r->held_tokens);

	t->items = r->items;
	t->held_items = r->held_items;
	t->held_share = r->valid ? 0 : (double)r->held_tokens / all;
	t->weighted = r->weighted;
}

static int
describe(struct trial *t, const struct training_result *result, struct err *e)
{
	const struct trainer_result *r = &result->trainer;
	struct model m;

	if (model_from_record(&m, &r->record, e) != 0)
		return -1;
	set_book(t, &m);
	set_data(t, result);
	t->saved_step = r->saved_step;
	t->settled = r->settled;
	t->last = r->last;
	t->continued = r->continued;
	if (r->held_back)
		set_figures(&t->held, &m, &r->held, &r->held_drift);
	set_figures(&t->train, &m, &r->train, &r->train_drift);
	model_free(&m);
	return 0;
}

void
trial_run(struct trial *t, struct train_settings *s, struct supply *in,
	const char *name)
{
	struct training_result r;
	struct err e;
	int status;

	*t = (struct trial){ .k = s->training.trainer.k };
	s->training.name = name;
	status = training_run_on(&s->training, in, &r, &e);
	if (status == 0)
		status = describe(t, &r, &e);
	t->seconds = r.seconds;
	if (status != 0)
		t->failed = mem_strdup(e.msg);
	record_free(&r.trainer.record);
}

void
trial_free(struct trial *t)
{
	free(t->failed);
	*t = (struct trial){ 0 };
}
