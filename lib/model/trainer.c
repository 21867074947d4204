#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/snapshot.h"
#include "model/start.h"
#include "model/step.h"
#include "model/trainer.h"
#include "nn/adam.h"
#include "kernel/product.h"
#include "util/mem.h"

#define START_ITERATIONS 8   /* Lloyd, before training */
#define KMEANS_ITERATIONS 50 /* the same, where k-means is all there is */
#define KMEANS_TOLERANCE 1e-4
#define SETTLE_ITERATIONS 2 /* after training */
#define CHECKPOINTS 10
#define REPORTS 100

/* Streams of the seeded generator; dataset.c has 1 to 3. */
enum { RANDOM_START = 11, SEED_TABLES, REVIVAL, DEPTHS };

struct trainer {
	const struct trainer_opts *o;
	struct dataset *data;
	struct pool *pool;
	const struct transform *transform;
	struct quantizer q; /* the tables of the current step */
	struct learner *learner;
	struct params ps;
	struct adam adam;
	struct step step;
	struct rng rng_revive, rng_depth;
	size_t encoder, decoder;
	double latent_variance;

	const float *judge_x; /* held-back vectors, or the training sample */
	size_t judge_n;
	struct trainer_result *best;

	/* Since the last report. */
	double recon, vq;
	size_t window;
	uint32_t **count;
	size_t skipped;
};

static size_t
columns_of(const struct trainer *t)
{
	return quantizer_columns(&t->q);
}

static void
build_params(struct trainer *t)
{
	const struct trainer_opts *o = t->o;
	size_t dim = t->transform->dim, columns = columns_of(t);
	enum param_group net = o->type->by_gradient ? PARAM_NET : PARAM_FIXED;

	if (o->net == NET_LINEAR) {
		t->encoder =
			params_add(&t->ps, net, "encoder.weight", o->d, dim);
		t->decoder =
			params_add(&t->ps, net, "decoder.weight", dim, o->d);
	}
	t->learner = mem_zalloc(columns, sizeof(*t->learner));
	for (size_t c = 0; c < columns; c++) {
		char prefix[MODEL_PREFIX_MAX];

		t->learner[c] = (struct learner){ .type = o->type,
			.k = o->k,
			.d = quantizer_width(&t->q, c),
			.batch = o->batch,
			.freeze_table = o->freeze_table,
			.ps = &t->ps };
		model_prefix(prefix, c, columns);
		o->type->add(&t->learner[c], prefix);
	}
	params_build(&t->ps);
}

/* The tables of a block, ready to be searched. */
static void
refresh_tables(struct trainer *t, struct quantizer *q, float *block)
{
	for (size_t c = 0; c < columns_of(t); c++) {
		const struct learner *l = &t->learner[c];
		float *table = mem_floats(l->k * l->d);

		l->type->read(l, block, t->pool, table);
		quantizer_set(q, c, table, l->k);
		free(table);
	}
}

static struct snapshot
view(const struct trainer *t, float *block)
{
	return (struct snapshot){ .transform = t->transform,
		.net = t->o->net,
		.d = t->o->d,
		.q = &t->q,
		.learner = t->learner,
		.ps = &t->ps,
		.block = block,
		.encoder = t->encoder,
		.decoder = t->decoder,
		.pool = t->pool };
}

/* Judge what the block holds; keep it if it is the best so far. */
static int
checkpoint(struct trainer *t, float *block, size_t step, bool settled,
	struct judgement *j, struct err *e)
{
	struct snapshot view_of = view(t, block);
	struct trainer_result *best = t->best;
	struct record r = { 0 };
	struct model m;

	snapshot_record(&view_of, &r);
	if (model_from_record(&m, &r, e) != 0) {
		record_free(&r);
		return err_wrap(e, "step %zu", step);
	}
	judge_model(&m, t->pool, t->judge_x, t->judge_n, j);
	model_free(&m);
	if (best->record.count && !(j->error < best->held.error)) {
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

static float *
latents(const struct trainer *t, const float *x, size_t n)
{
	const struct trainer_opts *o = t->o;
	size_t dim = t->transform->dim;
	float *z = mem_floats(n * o->d);
	struct panel a;

	if (o->net == NET_NONE) {
		memcpy(z, x, n * dim * sizeof(*z));
		return z;
	}
	panel_init(&a, params_in(&t->ps, t->ps.w, t->encoder), NULL, o->d, dim);
	product_rows_all(&a, t->pool, x, n, z);
	panel_free(&a);
	return z;
}

/* Tables of t->q into the learners. */
static void
take_tables(struct trainer *t, bool settle)
{
	for (size_t c = 0; c < columns_of(t); c++) {
		struct learner *l = &t->learner[c];

		if (settle && l->type->settle)
			l->type->settle(l, t->q.book[c].q);
		else
			l->type->start(l, t->q.book[c].q);
	}
}

/* A = P, B = P^T; or nothing for net none.  variance [d] of the latents. */
static int
start_net(struct trainer *t, double *variance, struct err *e)
{
	const struct reservoir *x = &t->data->train;
	size_t dim = x->d, d = t->o->d;
	float *a, *b;

	if (t->o->net == NET_NONE) {
		memset(variance, 0, d * sizeof(*variance));
		for (size_t i = 0; i < x->count * dim; i++)
			variance[i % dim] += (double)x->x[i] * (double)x->x[i] /
				(double)x->count;
		return 0;
	}
	a = params_in(&t->ps, t->ps.w, t->encoder);
	b = params_in(&t->ps, t->ps.w, t->decoder);
	if (start_components(x->x, x->count, dim, d, a, variance, e) != 0)
		return -1;
	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < dim; j++)
			b[j * d + i] = a[i * dim + j];
	return 0;
}

static void
measure_latents(struct trainer *t, const double *variance)
{
	t->latent_variance = 0;
	for (size_t i = 0; i < t->o->d; i++)
		t->latent_variance += variance[i];
	if (!(t->latent_variance > 0))
		t->latent_variance = 1; /* constant data */
}

static int
start_classical(struct trainer *t, struct err *e)
{
	const struct trainer_opts *o = t->o;
	const struct reservoir *x = &t->data->train;
	bool plain = !o->type->by_gradient;
	double *variance = mem_alloc(o->d, sizeof(*variance));
	struct rng seed;
	float *z;

	if (start_net(t, variance, e) != 0) {
		free(variance);
		return -1;
	}
	measure_latents(t, variance);
	quantizer_deal(&t->q, variance);
	free(variance);
	z = latents(t, x->x, x->count);
	rng_seed(&seed, o->seed, SEED_TABLES);
	start_tables(&t->q, z, x->count, o->k,
		plain ? KMEANS_ITERATIONS : START_ITERATIONS,
		plain ? KMEANS_TOLERANCE : 0, &seed, t->pool);
	free(z);
	take_tables(t, false);
	return 0;
}

/* The papers' start: maps that keep E |z|^2 = E |x|^2 = 1, random tables. */
static void
start_random(struct trainer *t)
{
	size_t dim = t->transform->dim, d = t->o->d;
	struct rng r;

	rng_seed(&r, t->o->seed, RANDOM_START);
	if (t->o->net == NET_LINEAR) {
		float *a = params_in(&t->ps, t->ps.w, t->encoder);
		float *b = params_in(&t->ps, t->ps.w, t->decoder);

		for (size_t i = 0; i < d * dim; i++)
			a[i] = (float)(rng_normal(&r) / sqrt((double)d));
		for (size_t i = 0; i < d * dim; i++)
			b[i] = (float)(rng_normal(&r) / sqrt((double)dim));
	}
	for (size_t c = 0; c < columns_of(t); c++)
		t->learner[c].type->random(&t->learner[c], &r);
	t->latent_variance = 1;
}

/* What another model holds: maps and tables (shapes were checked). */
static void
start_from(struct trainer *t, const struct model *m, bool settle)
{
	if (t->o->net == NET_LINEAR) {
		size_t bytes = m->net.d * m->net.dim * sizeof(float);

		memcpy(params_in(&t->ps, t->ps.w, t->encoder), m->net.a, bytes);
		memcpy(params_in(&t->ps, t->ps.w, t->decoder), m->net.b, bytes);
	}
	for (size_t c = 0; c < columns_of(t); c++)
		quantizer_set(&t->q, c, m->quantizer.book[c].q,
			m->quantizer.book[c].k);
	take_tables(t, settle);
}

static int
start_given(struct trainer *t)
{
	const struct model *m = t->o->from;
	const struct reservoir *x = &t->data->train;
	double *variance = mem_zalloc(t->o->d, sizeof(*variance));
	float *z;

	if (m->quantizer.order) {
		free(t->q.order);
		t->q.order = mem_alloc(t->q.d, sizeof(*t->q.order));
		memcpy(t->q.order, m->quantizer.order,
			t->q.d * sizeof(*t->q.order));
	}
	start_from(t, m, false);
	z = latents(t, x->x, x->count);
	for (size_t i = 0; i < x->count * t->o->d; i++)
		variance[i % t->o->d] +=
			(double)z[i] * (double)z[i] / (double)x->count;
	measure_latents(t, variance);
	free(variance);
	free(z);
	return 0;
}

static void
set_losses(struct trainer *t)
{
	const struct trainer_opts *o = t->o;
	struct step *s = &t->step;
	double n = (double)o->batch;

	if (o->random) {
		s->recon_scale = 1 / (n * (double)t->transform->dim);
		s->vq_scale = o->vq_weight / (n * (double)o->d);
	} else {
		s->recon_scale = 1 / n; /* E |x|^2 = 1 */
		s->vq_scale = o->vq_weight / (n * t->latent_variance);
	}
	s->beta = o->beta;
}

static void
open_step(struct trainer *t)
{
	t->step = (struct step){ .net = t->o->net,
		.n = t->o->batch,
		.dim = t->transform->dim,
		.d = t->o->d,
		.q = &t->q,
		.learner = t->learner,
		.ps = &t->ps,
		.encoder = t->encoder,
		.decoder = t->decoder,
		.pool = t->pool };
	set_losses(t);
	step_init(&t->step);
	t->count = mem_alloc(columns_of(t), sizeof(*t->count));
	for (size_t c = 0; c < columns_of(t); c++)
		t->count[c] = mem_zalloc(t->o->k, sizeof(**t->count));
}

static void
close_step(struct trainer *t)
{
	for (size_t c = 0; t->count && c < columns_of(t); c++)
		free(t->count[c]);
	free(t->count);
	if (t->step.q)
		step_free(&t->step);
}

static void
one_step(struct trainer *t)
{
	struct step *s = &t->step;
	double recon, vq;

	dataset_batch(t->data, s->n, s->x);
	if (t->q.stages > 1)
		step_depths(s, &t->rng_depth);
	step_run(s, &recon, &vq);
	if (!isfinite(adam_step(&t->adam, &t->ps, t->pool)))
		t->skipped++;
	for (size_t c = 0; c < columns_of(t); c++) {
		struct learner *l = &t->learner[c];

		if (l->type->moved)
			l->type->moved(
				l, s->part[c], s->idx[c], s->n, &t->rng_revive);
		for (size_t v = 0; v < s->n; v++)
			t->count[c][s->idx[c][v]]++;
	}
	refresh_tables(t, &t->q, t->ps.w);
	t->recon += recon;
	t->vq += vq;
	t->window++;
}

static void
report_usage(struct trainer *t, struct trainer_report *r)
{
	double n = (double)r->window_tokens;

	for (size_t c = 0; c < columns_of(t); c++) {
		double bits = 0;

		for (size_t j = 0; j < t->o->k; j++) {
			double p = (double)t->count[c][j] / n;

			r->used += p > 0;
			bits -= p > 0 ? p * log2(p) : 0;
		}
		r->perplexity += exp2(bits) / (double)columns_of(t);
		memset(t->count[c], 0, t->o->k * sizeof(**t->count));
	}
	r->codes = columns_of(t) * t->o->k;
	r->utilization = (double)r->used / (double)r->codes;
}

static void
report(struct trainer *t, const struct trainer_hooks *h, size_t step)
{
	struct trainer_report r = { .step = step,
		.skipped = t->skipped,
		.window_tokens = t->window * t->o->batch,
		.rate = t->o->quant_rate };
	double n = (double)t->window;

	r.recon = t->recon / n;
	r.vq = t->vq / n;
	r.loss = r.recon + r.vq;
	report_usage(t, &r);
	t->recon = t->vq = 0;
	t->window = 0;
	h->step(h->arg, step, &r);
}

static size_t
every(size_t steps, size_t times)
{
	return steps / times ? steps / times : 1;
}

static int
joint_phase(struct trainer *t, const struct trainer_hooks *h, struct err *e)
{
	size_t steps = t->o->steps;
	struct judgement j;

	refresh_tables(t, &t->q, t->ps.w);
	for (size_t i = 1; i <= steps; i++) {
		one_step(t);
		if (i % every(steps, REPORTS) == 0 || i == steps)
			report(t, h, i);
		else
			h->step(h->arg, i, NULL);
		if ((i % every(steps, CHECKPOINTS) == 0 || i == steps) &&
			checkpoint(t, t->ps.avg, i, false, &j, e) != 0)
			return -1;
	}
	return 0;
}

/* Codes' sums that the decoder is to be fitted to: all stages, or for half of
 * the rows a prefix, as in training. */
static float *
final_sums(struct trainer *t, const float *z, size_t n)
{
	struct quantizer *q = &t->q;
	size_t columns = columns_of(t);
	uint32_t *codes = mem_alloc(n * columns, sizeof(*codes));
	float *sum = mem_floats(n * q->d);
	float *work = mem_floats(quantizer_work(q, 1));

	for (size_t v = 0; v < n; v++) {
		size_t stages = q->stages > 1 && rng_below(&t->rng_depth, 2)
			? 1 + rng_below(&t->rng_depth, q->stages)
			: q->stages;

		quantizer_encode(q, z + v * q->d, 1, stages, codes,
			sum + v * q->d, work);
	}
	free(codes);
	free(work);
	return sum;
}

/* Encoder frozen: two Lloyd steps, then the decoder for the final codes. */
static int
settle(struct trainer *t, struct err *e)
{
	const struct reservoir *x = &t->data->train;
	size_t step = t->best->saved_step;
	struct judgement j;
	struct model m;
	float *z, *sum;
	int status = 0;

	if (model_from_record(&m, &t->best->record, e) != 0)
		return -1;
	start_from(t, &m, true);
	model_free(&m);
	z = latents(t, x->x, x->count);
	start_tables(&t->q, z, x->count, t->o->k, SETTLE_ITERATIONS, 0, NULL,
		t->pool);
	take_tables(t, true);
	refresh_tables(t, &t->q, t->ps.w);
	if (t->o->net == NET_LINEAR) {
		sum = final_sums(t, z, x->count);
		status = start_decoder(x->x, sum, x->count, x->d, t->o->d,
			params_in(&t->ps, t->ps.w, t->decoder), e);
		free(sum);
	}
	free(z);
	if (status != 0)
		return status;
	return checkpoint(t, t->ps.w, step, true, &j, e);
}

static int
run(struct trainer *t, const struct trainer_hooks *h, struct err *e)
{
	const struct trainer_opts *o = t->o;

	if (o->from)
		start_given(t);
	else if (o->random)
		start_random(t);
	else if (start_classical(t, e) != 0)
		return -1;
	params_start_average(&t->ps);
	if (checkpoint(t, t->ps.w, 0, false, &t->best->start, e) != 0)
		return -1;
	if (o->steps) {
		open_step(t);
		if (joint_phase(t, h, e) != 0)
			return -1;
	}
	return o->random ? 0 : settle(t, e);
}

static int
judge_training(struct trainer *t, struct err *e)
{
	const struct reservoir *x = &t->data->train;
	struct model m;

	if (model_from_record(&m, &t->best->record, e) != 0)
		return -1;
	judge_model(&m, t->pool, x->x, x->count, &t->best->train);
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
		.transform = data->transform,
		.best = result };
	int status;

	*result = (struct trainer_result){ .held_back = data->held.count > 0 };
	t.judge_x = result->held_back ? data->held.x : data->train.x;
	t.judge_n = result->held_back ? data->held.count : data->train.count;
	quantizer_init(&t.q, o->stages, o->groups, o->d);
	build_params(&t);
	adam_init(&t.adam, o->net_rate, o->quant_rate);
	rng_seed(&t.rng_revive, o->seed, REVIVAL);
	rng_seed(&t.rng_depth, o->seed, DEPTHS);
	status = run(&t, hooks, e);
	if (status == 0)
		status = judge_training(&t, e);
	if (status != 0)
		record_free(&result->record);
	close_step(&t);
	for (size_t c = 0; c < columns_of(&t); c++)
		learner_free(&t.learner[c]);
	free(t.learner);
	params_free(&t.ps);
	quantizer_free(&t.q);
	return status;
}
