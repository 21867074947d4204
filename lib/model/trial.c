#include <math.h>
#include <stdlib.h>

#include "model/trial.h"
#include "stats/usage.h"
#include "util/mem.h"

static void
set_figures(struct trial_figures *f, const struct model *m,
	const struct judgement *j)
{
	const struct quantizer *q = &m->quantizer;

	*f = (struct trial_figures){ .tokens = j->tokens,
		.used = j->used,
		.share = (double)j->used / (double)j->codes,
		.perplexity = j->perplexity,
		.error = j->error,
		.quality = judge_quality(m, j->error) };
	for (size_t c = 0; c < quantizer_columns(q); c++) {
		size_t k = quantizer_book(q, c)->k;

		f->expected += usage_expected(j->tokens, k) * (double)k /
			(double)j->codes;
	}
}

static int
describe(struct trial *t, const struct trainer_result *r, struct err *e)
{
	struct model m;

	if (model_from_record(&m, &r->record, e) != 0)
		return -1;
	t->k = quantizer_book(&m.quantizer, 0)->k;
	for (size_t c = 0; c < quantizer_columns(&m.quantizer); c++)
		t->bits += log2((double)quantizer_book(&m.quantizer, c)->k);
	t->saved_step = r->saved_step;
	if (r->held_back)
		set_figures(&t->held, &m, &r->held);
	set_figures(&t->train, &m, &r->train);
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
		status = describe(t, &r.trainer, &e);
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
