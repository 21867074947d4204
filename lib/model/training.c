#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/context.h"
#include "model/forerunner.h"
#include "model/net_rules.h"
#include "model/outcome.h"
#include "model/train_watch.h"
#include "model/training.h"
#include "util/mem.h"
#include "util/progress.h"
#include "util/ranks.h"

#define SAMPLE ((size_t)65536)           /* vectors in a sample */
#define SAMPLE_BYTES ((size_t)512 << 20) /* bytes of it, at most */
#define ENOUGH_PER_CODE 20               /* vectors, below: a warning */
#define FRAMES_PER_SECOND 50             /* default hop = rate / this */
#define PATCH 8
#define CROP_PATCHES 16
#define CROP_FRAMES 128

struct run {
	struct training *t;
	struct training_result *r;
	struct pool *pool;
	struct supply *in;
	struct transform transform;
	struct dataset data;
	struct forerunner from;
};

static size_t
model_channels(const struct run *u)
{
	const struct training *t = u->t;
	size_t c = t->channels ? t->channels : u->in->corpus.channels;

	/* 1 and 3 with alpha are 2 and 4. */
	return t->alpha && c % 2 == 1 ? c + 1 : c;
}

static void
choose_transform(struct run *u)
{
	struct transform *t = &u->transform;
	const struct training *o = u->t;

	*t = (struct transform){ .kind = u->in->corpus.kind,
		.patch = o->patch };
	switch (t->kind) {
	case ITEM_IMAGE:
		t->patch = o->patch ? o->patch : PATCH;
		t->channels = model_channels(u);
		break;
	case ITEM_AUDIO:
		t->sample_rate = o->sample_rate ? o->sample_rate
						: u->in->corpus.sample_rate;
		if (t->patch == 0)
			t->patch = t->sample_rate / FRAMES_PER_SECOND;
		if (t->patch == 0)
			t->patch = 1;
		break;
	case ITEM_ROWS: t->patch = 0; t->dim = u->in->corpus.width;
	}
	transform_init(t);
	forerunner_lend(&u->from, t);
	/* Items now come as the transform wants them. */
	u->in->corpus.source.channels = t->channels;
	u->in->corpus.source.sample_rate = t->sample_rate;
}

/* 65,536 vectors, or enough for each code, as far as they fit. */
static size_t
sample_size(size_t dim, size_t k)
{
	size_t fit = SAMPLE_BYTES / (dim * sizeof(float));
	size_t n = ENOUGH_PER_CODE * k > SAMPLE ? ENOUGH_PER_CODE * k : SAMPLE;

	n = n < fit ? n : fit;
	return n < k ? k : n;
}

static size_t
crop_side(const struct run *u)
{
	if (u->t->trainer.crop)
		return u->t->trainer.crop;
	return u->transform.kind == ITEM_IMAGE ? CROP_PATCHES : CROP_FRAMES;
}

static int
open_dataset(struct run *u, bool hold_back, struct err *e)
{
	const struct training *t = u->t;
	struct dataset_opts o = { .buffer_bytes = t->buffer_bytes,
		.sample = sample_size(u->transform.dim, t->trainer.k),
		.seed = t->trainer.seed,
		.turn = t->turn,
		.level = t->level,
		.hold_back = hold_back,
		.weights = !t->no_weights,
		.crop = t->trainer.net == NET_CONV ? crop_side(u) : 0,
		.keep_transform = forerunner_ours(&u->from) };

	return dataset_open(
		&u->data, &u->in->corpus, &u->transform, &o, u->pool, e);
}

/* The places there are, or those that the start's sample holds. */
static void
warn_few(const struct run *u)
{
	size_t n = u->data.train_places;

	if (u->data.train.count < n)
		n = u->data.train.count;
	if (n >= ENOUGH_PER_CODE * u->t->trainer.k)
		return;
	say_warning("%zu vectors for %zu codes: fewer than %d a code", n,
		u->t->trainer.k, ENOUGH_PER_CODE);
}

/* What the start's sample has beyond the tokens. */
static void
note_shifted(const struct run *u)
{
	const struct dataset *s = &u->data;

	if (u->transform.kind != ITEM_ROWS && s->train_tokens < u->t->trainer.k)
		say_note("%zu tokens for %zu codes: shifted %s fill in, from "
			 "%zu places",
			s->train_tokens, u->t->trainer.k,
			u->transform.kind == ITEM_IMAGE ? "patch grids"
							: "frames",
			s->train_places);
}

/* Enough vectors for the codes: without held-back ones if need be.  Those of
 * images and sounds lie at any phase, those of rows are the tokens. */
static int
load(struct run *u, struct err *e)
{
	size_t k = u->t->trainer.k, all;
	bool hold_back = !u->in->judged;

	if (open_dataset(u, hold_back, e) != 0)
		return -1;
	all = u->data.train_places + u->data.held_places;
	if (all < k)
		return err_set(e,
			"%zu codes need at least as many vectors, the inputs "
			"have %zu",
			k, all);
	if (u->data.train_places < k) {
		say_note("all %zu vectors are needed for %zu codes: none is "
			 "held back",
			all, k);
		dataset_close(&u->data);
		if (open_dataset(u, false, e) != 0)
			return -1;
	}
	if (u->data.train.count < k)
		return err_set(e,
			"%zu codes need at least as many vectors; of inputs "
			"that are more than --buffer holds, there are %zu",
			k, u->data.train.count);
	note_shifted(u);
	warn_few(u);
	return 0;
}

static int
load_valid(struct run *u, struct err *e)
{
	if (!u->in->judged)
		return 0;
	if (supply_survey_judges(u->in, e) != 0)
		return -1;
	return dataset_validate_on(&u->data, &u->in->judges, e);
}

static int
choose_dimension(struct run *u, struct err *e)
{
	struct trainer_opts *o = &u->t->trainer;
	size_t dim = u->transform.dim;

	if (o->net == NET_NONE)
		o->d = dim;
	if (o->d > dim) {
		say_note("a token has %zu numbers: d is %zu", dim, dim);
		o->d = dim;
	}
	if (net_rules_data(o, &u->transform, e) != 0)
		return -1;
	if (o->groups > o->d)
		return err_set(e, "%zu groups of %zu numbers are too many",
			o->groups, o->d);
	if (o->type == &learner_fc && o->quant.code_dim > o->d / o->groups)
		say_note("a code has %zu numbers: --code-dim is no more",
			o->d / o->groups);
	return 0;
}

/* Whole crops in a batch. */
static void
choose_crops(struct run *u)
{
	size_t tokens = grid_tokens(u->data.field);
	size_t *batch = &u->t->trainer.batch;

	*batch = (*batch + tokens - 1) / tokens * tokens;
}

static void
choose_steps(struct run *u)
{
	struct training *t = u->t;
	double tokens = (double)u->data.train_tokens;

	if (t->trainer.net == NET_CONV)
		choose_crops(u);
	if (t->epochs_given)
		t->trainer.steps = (size_t)ceil(
			t->epochs * tokens / (double)t->trainer.batch);
	/* k-means on data that fit in its sample: Lloyd is all there is. */
	else if (!t->trainer.type->by_gradient && !t->steps_given &&
		!(t->trainer.seconds > 0) &&
		u->data.train.seen <= u->data.train.room)
		t->trainer.steps = 0;
}

/* Of the codes of the model that is saved. */
static int
learn_context(struct run *u, struct err *e)
{
	const struct context_opts o = { .rank = u->t->context,
		.seed = u->t->trainer.seed,
		.corpus = &u->in->corpus,
		.data = &u->data,
		.pool = u->pool };

	return context_learn(&u->r->trainer.record, &o, e);
}

static int
train(struct run *u, struct err *e)
{
	struct training_result *r = u->r;
	struct corpus *c = u->in->judged ? &u->in->judges : &u->in->corpus;
	struct trainer_hooks hooks;
	struct train_watch w;
	int status;

	r->kind = u->transform.kind;
	r->items = u->in->corpus.items;
	r->train_tokens = u->data.train_tokens;
	r->held_tokens = u->data.held_tokens;
	r->held_items = u->in->judged ? 0 : dataset_held_items(&u->data);
	r->valid = u->in->judged;
	r->weighted = u->data.weighted;
	choose_steps(u);
	if (train_watch_begin(&w, u->t, r, &u->data, c, u->pool, e) != 0)
		return -1;
	hooks = train_watch_hooks(&w);
	progress_start(u->t->name ? u->t->name : "training", "steps",
		u->t->trainer.steps);
	status = trainer_run(
		&u->t->trainer, &u->data, u->pool, &hooks, &r->trainer, e);
	progress_end();
	if (status == 0 && !r->trainer.stopped) {
		outcome_describe(u->t, r);
		if (u->t->context && ranks_first())
			status = learn_context(u, e);
	}
	if (status == 0 && !r->trainer.stopped)
		train_watch_saved(&w);
	train_watch_end(&w);
	return status;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int
training_run_on(struct training *t, struct supply *in,
	struct training_result *r, struct err *e)
{
	struct run u = {
		.t = t, .r = r, .in = in, .pool = pool_open(t->threads)
	};
	double start = now();
	int status;

	*r = (struct training_result){ 0 };
	status = ranks_agree(forerunner_load(&u.from, t, e), e);
	if (status == 0)
		status = supply_survey(in, e);
	if (status == 0) {
		choose_transform(&u);
		status = forerunner_fits(&u.from, &u.transform, e);
		if (status == 0)
			status = loss_weights_check(
				&t->trainer.loss, u.transform.kind, e);
		if (status == 0)
			status = choose_dimension(&u, e);
	}
	if (status == 0)
		status = load(&u, e);
	if (status == 0)
		status = load_valid(&u, e);
	if (status == 0) {
		forerunner_normalize(&u.from, &u.transform);
		status = train(&u, e);
	}
	r->errors = supply_errors(in);
	r->seconds = now() - start;
	dataset_close(&u.data);
	transform_free(&u.transform);
	forerunner_free(&u.from);
	pool_close(u.pool);
	return status;
}

int
training_run(struct training *t, struct training_result *r, struct err *e)
{
	struct supply in;
	int status;

	supply_init(&in, &t->inputs, &t->valid, &t->source, t->max_errors);
	status = training_run_on(t, &in, r, e);
	supply_free(&in);
	return status;
}
