#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "model/capacity.h"
#include "model/moe_book.h"
#include "model/moe_checkpoint.h"
#include "model/moe_log.h"
#include "model/moe_loop.h"
#include "model/moe_step.h"
#include "model/moe_trace.h"
#include "util/mem.h"
#include "util/progress.h"
#include "util/ranks.h"
#include "util/stop.h"

#define LOG_POINTS 50 /* lines of a log, about ... */
#define LOG_STEPS 10  /* ... but so many steps between two: judging costs */
#define VALID_ROWS ((size_t)16384)
#define BAD_STEPS 10 /* in a row: it does not learn any more */

/* Streams of the seeded generator: moe_init has 0. */
enum { BATCHES = 1, BOOK_SAMPLE };

struct loop {
	struct moe *m;
	const struct moe_sets *s;
	const struct moe_loop_opts *o;
	struct moe_loop_result *r;
	struct moe_checkpoint at;
	struct moe_work work;
	struct moe_data_batch batch;
	struct jsonlog *log;
	struct moe_trace *trace;
	size_t saved; /* the step of the last checkpoint */
	struct timespec start;
	double before; /* seconds of the runs before this one */
	char figures[80];
};

static struct moe_batch
as_batch(const struct moe_data_batch *b, size_t from, size_t n,
	const struct moe *m)
{
	size_t o = moe_outputs(m), c = m->o.columns;

	return (struct moe_batch){ .n = n,
		.x = b->x ? b->x + from * c : NULL,
		.token = b->token ? b->token + from * m->o.context * c : NULL,
		.class = b->class ? b->class + from : NULL,
		.real = b->real ? b->real + from * o : NULL };
}

size_t
moe_loop_evaluate(
	struct moe *m, const struct moe_data *d, double *loss, double *accuracy)
{
	struct moe_data_batch all = { 0 };
	struct moe_work w;
	size_t right = 0, n;
	double sum = 0;

	*loss = *accuracy = NAN;
	if (d->count == 0)
		return 0;
	moe_data_spread(d, VALID_ROWS, &all);
	n = all.n;
	moe_work_init(&w, m, CAPACITY_WINDOW, false, false);
	for (size_t v = 0, part; v < n; v += part) {
		struct moe_batch b;
		size_t found;

		part = n - v < w.room ? n - v : w.room;
		b = as_batch(&all, v, part, m);
		sum += moe_step_evaluate(m, &b, &w, &found) * (double)part;
		right += found;
	}
	*loss = sum / (double)n;
	if (m->o.head == MOE_CLASSES)
		*accuracy = (double)right / (double)n;
	moe_work_free(&w, m);
	moe_data_batch_free(&all);
	return n;
}

static double
seconds(const struct loop *l)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return l->before + (double)(now.tv_sec - l->start.tv_sec) +
		1e-9 * (double)(now.tv_nsec - l->start.tv_nsec);
}

static bool
is_log_step(const struct loop *l, size_t step)
{
	size_t every = l->m->o.steps / LOG_POINTS;

	if (every < LOG_STEPS)
		every = LOG_STEPS;
	return step % every == 0 || step == l->m->o.steps;
}

static void
log_line(struct loop *l)
{
	struct moe_log_point p = { .step = l->at.step,
		.skipped = l->at.skipped,
		.multiply_adds = moe_multiply_adds(l->m),
		.seconds = seconds(l),
		.valid_loss = l->r->valid_loss,
		.valid_accuracy = l->r->valid_accuracy,
		.classes = l->m->o.head == MOE_CLASSES,
		.bytes = l->s->bytes };

	if (l->log)
		moe_log_put(l->log, &p, &l->at.window);
	snprintf(l->figures, sizeof(l->figures), "loss %.4g",
		moe_window_mean(&l->at.window, MOE_WINDOW_TASK));
	if (l->at.step == l->m->o.steps)
		moe_log_warn_dead(&l->at.window);
	moe_window_reset(&l->at.window);
}

/* A checkpoint of the moment before this step's lines.  A failure is told; the
 * training goes on. */
static void
checkpoint(struct loop *l)
{
	struct err e;

	l->at.seconds = seconds(l);
	l->at.logged = l->log != NULL;
	l->at.log = l->log ? jsonlog_length(l->log) : 0;
	l->at.traced = l->trace != NULL;
	l->at.trace = l->trace ? moe_trace_length(l->trace) : 0;
	if (ranks_first() &&
		moe_checkpoint_save(l->o->checkpoint, &l->at, l->m, &e) != 0) {
		say_error(NULL, e.msg);
		l->r->unwritten = true;
	}
	l->saved = l->at.step;
}

/* Codebooks, maps and frozen routers, from rows of their own draw. */
static int
build_book(struct loop *l, struct err *e)
{
	const struct moe_data *d = &l->s->train;
	struct moe_data_batch sample = { 0 };
	size_t n = moe_book_rows(l->m);
	struct moe_batch b;
	struct rng r;
	double agreement;
	int status;

	rng_seed(&r, l->m->o.seed, BOOK_SAMPLE);
	if (n < d->count)
		moe_data_draw(d, &r, n, &sample);
	else
		moe_data_spread(d, d->count, &sample);
	b = as_batch(&sample, 0, sample.n, l->m);
	status = ranks_agree(moe_book_build(l->m, &b, &agreement, e), e);
	if (status == 0 && l->m->o.kind == MOE_STABLE)
		say_verbose("the frozen router agrees with the learned one on "
			    "%.1f %% of the rows",
			100 * agreement);
	moe_data_batch_free(&sample);
	return status;
}

static int
step(struct loop *l, struct err *e)
{
	struct moe_figures f;
	struct moe_batch b;

	if (moe_book_is_due(l->m) && build_book(l, e) != 0)
		return -1;
	if (is_log_step(l, l->at.step) &&
		ranks_alike("the weights", RANKS_SAME_MACHINES, l->m->ps.w,
			l->m->ps.total * sizeof(float), e) != 0)
		return err_wrap(e, "step %zu", l->at.step);
	moe_data_draw(&l->s->train, &l->at.rng, l->m->o.batch, &l->batch);
	b = as_batch(&l->batch, 0, l->batch.n, l->m);
	l->at.step++;
	if (moe_step_run(l->m, &b, &l->work, &f)) {
		moe_window_add(&l->at.window, l->m, &l->work, b.n, &f);
		l->at.bad = 0;
		return 0;
	}
	l->at.skipped++;
	if (++l->at.bad < BAD_STEPS)
		return 0;
	return err_set(e,
		"step %zu: the loss was not finite %d times in a row (a "
		"smaller -l may help)",
		l->at.step, BAD_STEPS);
}

/* All that is due before the next step. */
static void
report(struct loop *l, size_t *probe)
{
	struct moe_loop_result *r = l->r;
	size_t step = l->at.step;
	bool last = step == l->m->o.steps, log = is_log_step(l, step);
	bool trace = l->trace && (step == *probe || last);

	/* Judging costs as much as some steps: where somebody looks. */
	if ((log && l->log) || trace || last)
		r->valid_rows = moe_loop_evaluate(
			l->m, &l->s->held, &r->valid_loss, &r->valid_accuracy);
	if (log)
		log_line(l);
	if (trace)
		moe_trace_put(l->trace, l->m, step, r->valid_loss);
	if (step >= *probe)
		*probe = moe_trace_next(l->o->probe_every, step + 1);
}

static int
steps(struct loop *l, struct err *e)
{
	size_t probe = moe_trace_next(l->o->probe_every, l->at.step);
	size_t every = l->o->checkpoint_every;

	for (;;) {
		bool stop = l->o->checkpoint && ranks_any(stop_asked());

		if (l->o->checkpoint && l->saved != l->at.step &&
			(stop || l->at.step % every == 0))
			checkpoint(l);
		if (stop)
			return 0;
		report(l, &probe);
		if (l->at.step >= l->m->o.steps)
			return 0;
		if (step(l, e) != 0)
			return -1;
		progress_update(l->at.step, l->figures);
	}
}

/* The checkpoint if there is one, else the very start. */
static int
begin(struct loop *l, struct err *e)
{
	const struct moe_loop_opts *o = l->o;
	int found = 0;

	if (o->resume)
		found = moe_checkpoint_load(o->checkpoint, &l->at, l->m, e);
	if (found < 0)
		return -1;
	if (found && o->made)
		return 1;
	if (found) {
		say_note("going on from step %zu", l->at.step);
		l->before = l->at.seconds;
		l->saved = l->at.step;
		return 1;
	}
	if (o->checkpoint && !o->resume && !o->force &&
		ranks_any(ranks_first() && access(o->checkpoint, F_OK) == 0))
		return err_set(e,
			"%s: exists (use --resume to go on, -f to replace)",
			o->checkpoint);
	rng_seed(&l->at.rng, l->m->o.seed, BATCHES);
	if (l->m->o.kind == MOE_RANDOM && !l->m->built)
		moe_book_freeze_random(l->m);
	moe_pack(l->m);
	return 0;
}

/* Those that were written until the checkpoint go on from there. */
static int
open_files(struct loop *l, bool resumed, struct err *e)
{
	const struct moe_loop_opts *o = l->o;
	const struct moe_checkpoint *c = &l->at;
	bool log = o->force || (resumed && c->logged);
	bool trace = o->force || (resumed && c->traced);

	if (!ranks_first())
		return 0;
	if (o->log && !(l->log = jsonlog_open(o->log, c->log, log, e)))
		return err_wrap(e, "--log");
	if (o->trace &&
		!(l->trace = moe_trace_open(
			  o->trace, c->trace, trace, &l->s->probe, e)))
		return err_wrap(e, "--trace");
	/* From here on log and trace belong to the checkpoint. */
	if (o->checkpoint && !resumed)
		checkpoint(l);
	return 0;
}

static int
train(struct loop *l, struct err *e)
{
	int resumed = begin(l, e), status;

	if (ranks_agree(resumed < 0 ? -1 : 0, e) != 0)
		return -1;
	if (resumed == 1 && l->o->made) {
		l->r->done = true;
		return 0;
	}
	if (ranks_agree(open_files(l, resumed, e), e) != 0)
		return -1;
	moe_work_init(&l->work, l->m, l->m->o.batch, true, false);
	progress_start("training", "steps", l->m->o.steps);
	if (l->o->checkpoint)
		stop_begin();
	status = steps(l, e);
	if (l->o->checkpoint)
		l->r->stopped = ranks_most(stop_end());
	progress_end();
	if (l->r->stopped)
		say_note("stopped at step %zu, kept in %s: the same line with "
			 "--resume goes on",
			l->at.step, l->o->checkpoint);
	moe_work_free(&l->work, l->m);
	return status;
}

static void
unwritten(struct moe_loop_result *r, int status, const struct err *e)
{
	if (status == 0)
		return;
	say_error(NULL, e->msg);
	r->unwritten = true;
}

int
moe_loop_run(struct moe *m, const struct moe_sets *s,
	const struct moe_loop_opts *o, struct moe_loop_result *r, struct err *e)
{
	struct loop l = { .m = m, .s = s, .o = o, .r = r, .saved = SIZE_MAX };
	struct err late;
	int status;

	*r = (struct moe_loop_result){ .valid_loss = NAN,
		.valid_accuracy = NAN };
	l.at.data = moe_data_crc(&s->train);
	moe_window_init(&l.at.window, &m->o);
	clock_gettime(CLOCK_MONOTONIC, &l.start);
	status = train(&l, e);
	unwritten(r, jsonlog_close(l.log, &late), &late);
	unwritten(r, moe_trace_close(l.trace, &late), &late);
	r->step = l.at.step;
	r->skipped = l.at.skipped;
	moe_window_free(&l.at.window);
	moe_data_batch_free(&l.batch);
	return status;
}
