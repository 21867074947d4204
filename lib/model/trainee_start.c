#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/start.h"
#include "model/together.h"
#include "model/trainee.h"
#include "model/weight.h"
#include "quant/components.h"
#include "quant/kmeans.h"
#include "util/mem.h"

#define START_ITERATIONS 8   /* Lloyd, before training */
#define KMEANS_ITERATIONS 50 /* the same, where k-means is all there is */
#define KMEANS_TOLERANCE 1e-4

/* Streams of the seeded generator; dataset.c has 1 to 3. */
enum { RANDOM_START = 11, SEED_TABLES, REDRAWN = 14, RANDOM_NET };

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
	if (components_find(x, n, dim, d, a, variance, e) != 0)
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

void
trainee_start_group(struct trainee *t, size_t c, struct rng *r)
{
	struct learner *l = &t->learner[c];
	const struct codebook *b;
	size_t size;
	float *mean;

	if (l->tables < 2)
		return;
	b = quantizer_book(&t->q, c - t->q.groups);
	size = b->k * b->d;
	mean = mem_zfloats(size);
	for (size_t v = 0; v < b->variants; v++)
		for (size_t i = 0; i < size; i++)
			mean[i] += b->q[v * size + i] / (float)b->variants;
	l->type->group(l, mean, r, t->pool);
	free(mean);
}

/* Where angles decide, what k-means is to see: x [n, width] of length 1. */
static float *
directions(const struct learner *l, const float *x, size_t n)
{
	float *unit;

	if (!l->o.unit)
		return NULL;
	unit = mem_floats(n * l->d);
	front_unit(x, n, l->d, unit);
	return unit;
}

/* A codebook from the part [n, width] that its column is to quantize, weighed
 * by w [n] or NULL. */
static int
start_book(struct trainee *t, size_t c, const float *part, const float *w,
	size_t n, struct rng *seed, struct err *e)
{
	struct learner *l = &t->learner[c];
	bool plain = !t->o->type->by_gradient;
	struct kmeans o = { l->k, plain ? KMEANS_ITERATIONS : START_ITERATIONS,
		plain ? KMEANS_TOLERANCE : 0 };
	bool still = t->o->start == START_DATA && !plain;
	float *table, *unit;
	const float *x;

	if (l->type->start_on) {
		if (l->type->start_on(l, part, n, seed, t->pool, e) != 0)
			return -1;
		trainee_refresh_book(t, c);
		return 0;
	}
	table = mem_floats(l->k * l->d);
	unit = still ? NULL : directions(l, part, n);
	x = unit ? unit : part;
	if (t->o->start == START_DATA) {
		start_draw(x, w, n, l->d, l->k, seed, table);
	} else {
		kmeans_seed_weighted(x, w, n, l->d, l->k, seed, t->pool, table);
	}
	if (!still)
		kmeans_lloyd_weighted(&o, x, w, n, l->d, t->pool, table);
	trainee_start_group(t, c, seed);
	l->type->start(l, table);
	if (learner_plain(l))
		/* Without the rounding of what the learner makes of it. */
		quantizer_set(&t->q, c, table, l->k);
	else
		trainee_fit(t, c, part, n, o.iterations, still);
	free(table);
	free(unit);
	return 0;
}

/* Once more, the shared codebooks on what all stages were asked for. */
static int
start_shared(struct trainee *t, const struct together *j, struct rng *seed,
	struct err *e)
{
	for (size_t g = 0; g < t->q.groups; g++)
		if (start_book(t, g, j[g].part, NULL, j[g].count, seed, e) != 0)
			return -1;
	return 0;
}

/* All codebooks, each from what the stages before leave of z [n, d], weighed
 * by w [n] or NULL. */
static int
start_books(struct trainee *t, const float *z, const float *w, size_t n,
	struct err *e)
{
	struct quantizer *q = &t->q;
	float *r = mem_floats(n * q->d), *part = mem_floats(n * q->d);
	uint32_t *idx = mem_alloc(trainee_columns(t) * n, sizeof(*idx));
	struct together *j = q->shared ? together_open(q, n) : NULL;
	struct rng seed;
	int status = 0;

	rng_seed(&seed, t->o->seed, SEED_TABLES);
	memcpy(r, z, n * q->d * sizeof(*r));
	for (size_t c = 0; c < trainee_columns(t) && status == 0; c++) {
		uint32_t *prev =
			c < q->groups ? NULL : idx + (c - q->groups) * n;

		quantizer_take(q, c, r, n, part);
		if (c < trainee_books(t))
			status = start_book(t, c, part, w, n, &seed, e);
		if (status != 0)
			break;
		together_add(j, c, part, n, quantizer_width(q, c));
		start_find(q, c, part, n, prev, t->pool, idx + c * n);
		quantizer_add(q, c, idx + c * n, prev, 1, n, -1, r);
	}
	if (status == 0 && j)
		status = start_shared(t, j, &seed, e);
	together_close(j, q->groups);
	free(r);
	free(part);
	free(idx);
	return status;
}

/* The rules that know no weights start from latents that are drawn by them. */
static bool
knows_weights(const struct trainee *t)
{
	for (size_t c = 0; c < trainee_books(t); c++)
		if (!learner_plain(&t->learner[c]))
			return false;
	return !t->q.shared;
}

static int
start_by_weight(struct trainee *t, const float *z, size_t n, struct err *e)
{
	struct rng r;
	float *drawn;
	int status;

	if (!t->weight || knows_weights(t))
		return start_books(t, z, t->weight, n, e);
	rng_seed(&r, t->o->seed, REDRAWN);
	drawn = weight_redraw(z, t->weight, n, t->o->d, &r);
	status = start_books(t, drawn, NULL, n, e);
	free(drawn);
	return status;
}

static int
start_classical(struct trainee *t, const struct sample *s, struct err *e)
{
	const float *x = s->x;
	size_t n = s->n;
	double *variance = mem_alloc(t->o->d, sizeof(*variance));
	float *even = weight_rows(x, t->weight, n, t->transform->dim), *z;
	int status = start_net(t, even ? even : x, n, variance, e);

	free(even);
	if (status != 0) {
		free(variance);
		return -1;
	}
	measure_latents(t, variance);
	quantizer_deal(&t->q, variance);
	free(variance);
	z = trainee_latents(t, s);
	status = start_by_weight(t, z, n, e);
	free(z);
	return status;
}

static void
random_groups(struct trainee *t, size_t c, struct rng *r)
{
	if (t->learner[c].tables < 2)
		return;
	trainee_refresh_book(t, c - t->q.groups);
	trainee_start_group(t, c, r);
}

/* The papers' start: maps that keep E |z|^2 = E |x|^2 = 1, random tables. */
static void
start_random(struct trainee *t)
{
	size_t dim = t->transform->dim, d = t->o->d;
	struct rng r;

	rng_seed(&r, t->o->seed, RANDOM_START);
	if (t->o->net != NET_NONE) {
		float *a = params_in(&t->ps, t->ps.w, t->encoder);
		float *b = params_in(&t->ps, t->ps.w, t->decoder);

		for (size_t i = 0; i < d * dim; i++)
			a[i] = (float)(rng_normal(&r) / sqrt((double)d));
		for (size_t i = 0; i < d * dim; i++)
			b[i] = (float)(rng_normal(&r) / sqrt((double)dim));
	}
	for (size_t c = 0; c < trainee_books(t); c++) {
		t->learner[c].type->random(&t->learner[c], &r);
		random_groups(t, c, &r);
	}
	t->latent_variance = 1;
}

int
trainee_start(struct trainee *t, const struct sample *s, struct err *e)
{
	struct rng r;

	if (t->o->net == NET_CONV) {
		rng_seed(&r, t->o->seed, RANDOM_NET);
		net_conv_start(&t->conv, &t->ps, &r);
	}
	rng_seed(&r, t->o->seed, SEED_TABLES);
	if (t->o->from)
		trainee_given_start(t, s, &r);
	else if (t->o->start == START_RANDOM)
		start_random(t);
	else if (start_classical(t, s, e) != 0)
		return -1;
	params_start_average(&t->ps);
	return 0;
}
