#include <math.h>
#include <stdio.h>
#include <time.h>

#include "model/train_watch.h"
#include "util/progress.h"
#include "util/ranks.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int
train_watch_begin(struct train_watch *w, const struct training *t,
	struct training_result *r, const struct dataset *s, struct corpus *c,
	struct pool *pool, struct err *e)
{
	int status = 0;

	*w = (struct train_watch){ .t = t, .r = r };
	if (!t->preview)
		return 0;
	if (ranks_first()) {
		w->preview = preview_open(t->preview, s, c, pool, e);
		status = w->preview ? 0 : -1;
	}
	return ranks_agree(status, e);
}

void
train_watch_end(struct train_watch *w)
{
	preview_close(w->preview);
	w->preview = NULL;
}

/* Rates are those from the first step on, behind what a checkpoint has. */
static void
begin(struct train_watch *w, size_t step)
{
	const struct trainer_opts *o = &w->t->trainer;
	double left = o->seconds - train_keep_seconds(&o->keep);

	progress_begin(step, o->seconds > 0 ? fmax(left, 1e-3) : 0);
	w->begun = true;
	w->step = step;
	w->reported = now();
}

static void
describe(struct train_watch *w, const struct trainer_report *r)
{
	double t = now(), seconds = t - w->reported;
	double tokens = (double)((r->step - w->step) * w->t->trainer.batch);
	double rate = seconds > 0 ? tokens / seconds : 0;

	snprintf(w->figures, sizeof(w->figures),
		"%.3g%s tokens/s, loss %.4g, use %.1f%%",
		rate < 1e6 ? rate / 1e3 : rate / 1e6, rate < 1e6 ? "k" : "M",
		r->loss, 100 * r->utilization);
	w->step = r->step;
	w->reported = t;
}

static void
on_step(void *arg, size_t step, const struct trainer_report *r)
{
	struct train_watch *w = arg;

	if (!w->begun)
		begin(w, step);
	else if (r)
		describe(w, r);
	progress_update(step, w->figures);
	if (r && w->t->log)
		trainlog_write(w->t->log, r);
}

/* A failure is told once; the training goes on. */
static void
show(struct train_watch *w, const struct model *m, const char *when)
{
	struct err e;

	if (!w->preview || preview_write(w->preview, m, when, &e) == 0)
		return;
	say_error(w->t->preview, e.msg);
	w->r->trainer.unwritten = true;
	train_watch_end(w);
}

static void
judged(void *arg, size_t step, const struct model *m)
{
	char when[40];

	snprintf(when, sizeof(when), "step-%06zu", step);
	show(arg, m, when);
}

static bool
logged(void *arg, uint64_t *bytes)
{
	const struct train_watch *w = arg;

	if (w->t->log)
		*bytes = trainlog_length(w->t->log);
	return w->t->log != NULL;
}

struct trainer_hooks
train_watch_hooks(struct train_watch *w)
{
	return (struct trainer_hooks){
		.arg = w, .step = on_step, .judged = judged, .logged = logged
	};
}

void
train_watch_saved(struct train_watch *w)
{
	struct model m;
	struct err e;

	if (!w->preview ||
		model_from_record(&m, &w->r->trainer.record, &e) != 0)
		return;
	show(w, &m, "saved");
	model_free(&m);
}
