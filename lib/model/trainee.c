#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "kernel/prune.h"
#include "model/start.h"
#include "model/trainee.h"
#include "util/mem.h"

#define START_ITERATIONS 8   /* Lloyd, before training */
#define KMEANS_ITERATIONS 50 /* the same, where k-means is all there is */
#define KMEANS_TOLERANCE 1e-4
#define SETTLE_ITERATIONS 2 /* after training */

/* Streams of the seeded generator; dataset.c has 1 to 3. */
enum { RANDOM_START = 11, SEED_TABLES, PREFIXES };

size_t
trainee_columns(const struct trainee *t)
{
	return quantizer_columns(&t->q);
}

static void
build_params(struct trainee *t)
{
	const struct trainer_opts *o = t->o;
	size_t dim = t->transform->dim, columns = trainee_columns(t);
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

void
trainee_init(struct trainee *t, const struct trainer_opts *o,
	const struct transform *transform, struct pool *pool)
{
	*t = (struct trainee){ .o = o, .transform = transform, .pool = pool };
	quantizer_init(&t->q, o->stages, o->groups, o->d);
	build_params(t);
}

void
trainee_free(struct trainee *t)
{
	for (size_t c = 0; c < trainee_columns(t); c++)
		learner_free(&t->learner[c]);
	free(t->learner);
	params_free(&t->ps);
	quantizer_free(&t->q);
}

void
trainee_refresh(struct trainee *t)
{
	for (size_t c = 0; c < trainee_columns(t); c++) {
		const struct learner *l = &t->learner[c];

		l->type->read(
			l, t->ps.w, t->pool, quantizer_table(&t->q, c, l->k));
		quantizer_prepare(&t->q, c, t->pool);
	}
}

float *
trainee_latents(const struct trainee *t, const float *x, size_t n)
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
take_tables(struct trainee *t, bool settle)
{
	for (size_t c = 0; c < trainee_columns(t); c++) {
		struct learner *l = &t->learner[c];

		if (settle && l->type->settle)
			l->type->settle(l, t->q.book[c].q);
		else
			l->type->start(l, t->q.book[c].q);
	}
}

/* A = P, B = P^T; or nothing for net none.  variance [d] of the latents. */
static int
start_net(struct trainee *t, const float *x, size_t n, double *variance,
	struct err *e)
{
	size_t dim = t->transform->dim, d = t->o->d;
	float *a, *b;

	if (t->o->net == NET_NONE) {
		memset(variance, 0, d * sizeof(*variance));
		for (size_t i = 0; i < n * dim; i++)
			variance[i % dim] +=
				(double)x[i] * (double)x[i] / (double)n;
		return 0;
	}
	a = params_in(&t->ps, t->ps.w, t->encoder);
	b = params_in(&t->ps, t->ps.w, t->decoder);
	if (start_components(x, n, dim, d, a, variance, e) != 0)
		return -1;
	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < dim; j++)
			b[j * d + i] = a[i * dim + j];
	return 0;
}

static void
measure_latents(struct trainee *t, const double *variance)
{
	t->latent_variance = 0;
	for (size_t i = 0; i < t->o->d; i++)
		t->latent_variance += variance[i];
	if (!(t->latent_variance > 0))
		t->latent_variance = 1; /* constant data */
}

static int
start_classical(struct trainee *t, const float *x, size_t n, struct err *e)
{
	const struct trainer_opts *o = t->o;
	bool plain = !o->type->by_gradient;
	double *variance = mem_alloc(o->d, sizeof(*variance));
	struct rng seed;
	float *z;

	if (start_net(t, x, n, variance, e) != 0) {
		free(variance);
		return -1;
	}
	measure_latents(t, variance);
	quantizer_deal(&t->q, variance);
	free(variance);
	z = trainee_latents(t, x, n);
	rng_seed(&seed, o->seed, SEED_TABLES);
	start_tables(&t->q, z, n, o->k,
		plain ? KMEANS_ITERATIONS : START_ITERATIONS,
		plain ? KMEANS_TOLERANCE : 0, &seed, t->pool);
	free(z);
	take_tables(t, false);
	return 0;
}

/* The papers' start: maps that keep E |z|^2 = E |x|^2 = 1, random tables. */
static void
start_random(struct trainee *t)
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
	for (size_t c = 0; c < trainee_columns(t); c++)
		t->learner[c].type->random(&t->learner[c], &r);
	t->latent_variance = 1;
}

/* What another model holds: maps and tables (shapes were checked). */
static void
start_from(struct trainee *t, const struct model *m, bool settle)
{
	if (t->o->net == NET_LINEAR) {
		size_t bytes = m->net.d * m->net.dim * sizeof(float);

		memcpy(params_in(&t->ps, t->ps.w, t->encoder), m->net.a, bytes);
		memcpy(params_in(&t->ps, t->ps.w, t->decoder), m->net.b, bytes);
	}
	for (size_t c = 0; c < trainee_columns(t); c++)
		quantizer_set(&t->q, c, m->quantizer.book[c].q,
			m->quantizer.book[c].k);
	take_tables(t, settle);
}

static void
start_given(struct trainee *t, const float *x, size_t n)
{
	const struct model *m = t->o->from;
	double *variance = mem_zalloc(t->o->d, sizeof(*variance));
	float *z;

	if (m->quantizer.order) {
		free(t->q.order);
		t->q.order = mem_alloc(t->q.d, sizeof(*t->q.order));
		memcpy(t->q.order, m->quantizer.order,
			t->q.d * sizeof(*t->q.order));
	}
	start_from(t, m, false);
	z = trainee_latents(t, x, n);
	for (size_t i = 0; i < n * t->o->d; i++)
		variance[i % t->o->d] +=
			(double)z[i] * (double)z[i] / (double)n;
	measure_latents(t, variance);
	free(variance);
	free(z);
}

int
trainee_start(struct trainee *t, const float *x, size_t n, struct err *e)
{
	if (t->o->from)
		start_given(t, x, n);
	else if (t->o->random)
		start_random(t);
	else if (start_classical(t, x, n, e) != 0)
		return -1;
	params_start_average(&t->ps);
	return 0;
}

struct encoding {
	const struct quantizer *q;
	const float *z;
	size_t n, columns;
	uint32_t *codes; /* [n, columns] */
};

static void
encode_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct encoding *t = arg;
	size_t v = chunk * PRUNE_ROWS, left = t->n - v;
	size_t n = left < PRUNE_ROWS ? left : PRUNE_ROWS;
	float *work = mem_floats(quantizer_work(t->q, n));

	(void)worker;
	quantizer_encode(t->q, t->z + v * t->q->d, n, t->q->stages,
		t->codes + v * t->columns, NULL, work);
	free(work);
}

/* Codes' sums that the decoder is to be fitted to: all stages, or for half of
 * the rows a prefix, as in training. */
static float *
final_sums(struct trainee *t, const float *z, size_t n)
{
	struct quantizer *q = &t->q;
	struct encoding all = { q, z, n, trainee_columns(t), NULL };
	float *sum = mem_floats(n * q->d);
	struct rng r;

	all.codes = mem_alloc(n * all.columns, sizeof(*all.codes));
	pool_run(
		t->pool, (n + PRUNE_ROWS - 1) / PRUNE_ROWS, encode_chunk, &all);
	rng_seed(&r, t->o->seed, PREFIXES);
	for (size_t v = 0; v < n; v++) {
		size_t stages = q->stages > 1 && rng_below(&r, 2)
			? 1 + rng_below(&r, q->stages)
			: q->stages;

		quantizer_decode(q, all.codes + v * all.columns, all.columns, 1,
			stages, sum + v * q->d);
	}
	free(all.codes);
	return sum;
}

int
trainee_settle(struct trainee *t, const struct model *m, const float *x,
	size_t n, struct err *e)
{
	float *z, *sum;
	int status = 0;

	start_from(t, m, true);
	z = trainee_latents(t, x, n);
	start_tables(&t->q, z, n, t->o->k, SETTLE_ITERATIONS, 0, NULL, t->pool);
	take_tables(t, true);
	trainee_refresh(t);
	if (t->o->net == NET_LINEAR) {
		sum = final_sums(t, z, n);
		status = start_decoder(x, sum, n, t->transform->dim, t->o->d,
			params_in(&t->ps, t->ps.w, t->decoder), e);
		free(sum);
	}
	free(z);
	return status;
}
