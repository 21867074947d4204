#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/start.h"
#include "model/trainee.h"
#include "model/weight.h"
#include "quant/grow.h"
#include "quant/learner_use.h"
#include "quant/resume.h"
#include "util/mem.h"

static void
copy_order(struct trainee *t, const struct quantizer *from)
{
	if (!from->order)
		return;
	free(t->q.order);
	t->q.order = mem_alloc(t->q.d, sizeof(*t->q.order));
	memcpy(t->q.order, from->order, t->q.d * sizeof(*t->q.order));
}

/* What is left of the latents, column by column, where codebooks grow. */
struct rest {
	size_t n;
	float *r, *part; /* [n, d], [n, width] */
	uint32_t *idx;   /* [n] */
};

static void
rest_init(struct rest *s, const struct trainee *t, const float *z, size_t n)
{
	*s = (struct rest){ .n = n,
		.r = mem_floats(n * t->q.d),
		.part = mem_floats(n * t->q.d),
		.idx = mem_alloc(n, sizeof(*s->idx)) };
	memcpy(s->r, z, n * t->q.d * sizeof(*z));
}

static void
rest_free(struct rest *s)
{
	free(s->r);
	free(s->part);
	free(s->idx);
}

/* The old codes of book c, and more: [k, d of the group]. */
static float *
grow_book(struct trainee *t, size_t c, struct rest *s, struct rng *r)
{
	const struct quantizer *old = &t->o->from->quantizer;
	const struct codebook *b = &old->book[c];
	float *q = mem_floats(t->o->k * b->d);
	struct grow g = { .q = b->q,
		.k = b->k,
		.more = t->o->k - b->k,
		.d = b->d,
		.x = s->part,
		.w = t->weight,
		.idx = s->idx,
		.n = s->n };

	quantizer_take(&t->q, c, s->r, s->n, s->part);
	start_find(old, c, s->part, s->n, NULL, t->pool, s->idx);
	memcpy(q, b->q, b->k * b->d * sizeof(*q));
	t->root[c] = mem_alloc(t->o->k, sizeof(**t->root));
	grow_codes(&g, r, t->pool, q + b->k * b->d, t->root[c]);
	return q;
}

/* To the remainders behind the grown book. */
static void
pass_book(struct trainee *t, size_t c, struct rest *s)
{
	trainee_refresh_book(t, c);
	start_find(&t->q, c, s->part, s->n, NULL, t->pool, s->idx);
	quantizer_add(&t->q, c, s->idx, NULL, 1, s->n, -1, s->r);
}

static void
start_book(struct trainee *t, size_t c, const float *q, struct rng *r)
{
	struct learner *l = &t->learner[c];

	trainee_start_group(t, c, r);
	l->type->start(l, q);
}

static void
resume_book(struct trainee *t, size_t c, const float *q)
{
	const struct codebook *b = &t->o->from->quantizer.book[c];
	struct learner *l = &t->learner[c];
	char prefix[MODEL_PREFIX_MAX];

	model_prefix(prefix, c, trainee_books(t));
	if (l->tables > 1) {
		l->variant = mem_alloc(b->before, sizeof(*l->variant));
		memcpy(l->variant, b->variant, b->before * sizeof(*l->variant));
	}
	resume_learner(l, prefix, t->o->learned, q, b->k, t->pool);
}

/* What codes cost: a code that was split has shared its use evenly. */
static void
take_bits(struct trainee *t, size_t c, const struct codebook *b)
{
	size_t k = t->o->k, *pieces = mem_zalloc(b->k, sizeof(*pieces));
	float *bits = mem_floats(k);

	for (size_t j = 0; j < k; j++)
		pieces[t->root ? t->root[c][j] : j]++;
	for (size_t j = 0; j < k; j++) {
		size_t from = t->root ? t->root[c][j] : j;

		bits[j] = b->bits[from] + (float)log2((double)pieces[from]);
	}
	learner_use_take_bits(&t->learner[c], bits);
	free(pieces);
	free(bits);
}

/* All that the model's training has left, where the learner is of its kind;
 * else its table is what that starts from. */
static void
take_book(
	struct trainee *t, size_t c, const float *q, bool resume, struct rng *r)
{
	const struct codebook *b = &t->o->from->quantizer.book[c];
	size_t tables = t->learner[c].tables;

	if (t->learner[c].use && b->bits)
		take_bits(t, c, b);
	tables = tables > 1 ? tables : 1;
	if (resume && b->variants == tables)
		resume_book(t, c, q);
	else
		start_book(t, c, q, r);
}

/* With more codes than the model has: book after book. */
static void
grow_books(
	struct trainee *t, const float *z, size_t n, bool resume, struct rng *r)
{
	struct rest s;

	rest_init(&s, t, z, n);
	t->root = mem_zalloc(trainee_columns(t), sizeof(*t->root));
	for (size_t c = 0; c < trainee_books(t); c++) {
		float *q = grow_book(t, c, &s, r);

		take_book(t, c, q, resume, r);
		pass_book(t, c, &s);
		free(q);
	}
	rest_free(&s);
}

static void
take_books(struct trainee *t, bool resume, struct rng *r)
{
	trainee_copy_tables(t, t->o->from);
	for (size_t c = 0; c < trainee_books(t); c++)
		take_book(t, c, t->o->from->quantizer.book[c].q, resume, r);
}

static bool
same_type(const struct trainer_opts *o)
{
	const char *type = meta_get(&o->from->meta, "type");

	return type && strcmp(type, o->type->name) == 0;
}

/* E |z|^2 of latents z [n, d]. */
static void
measure_latents(struct trainee *t, const float *z, size_t n)
{
	float *even = weight_rows(z, t->weight, n, t->o->d);
	double *variance = mem_zalloc(t->o->d, sizeof(*variance)), sum = 0;

	if (even)
		z = even;
	for (size_t i = 0; i < n * t->o->d; i++)
		variance[i % t->o->d] +=
			(double)z[i] * (double)z[i] / (double)n;
	for (size_t i = 0; i < t->o->d; i++)
		sum += variance[i];
	t->latent_variance = sum > 0 ? sum : 1; /* constant data */
	free(variance);
	free(even);
}

void
trainee_given_start(struct trainee *t, const struct sample *s, struct rng *r)
{
	const struct model *m = t->o->from;
	bool resume = t->o->learned && same_type(t->o);
	float *z;

	copy_order(t, &m->quantizer);
	trainee_take_net(t, m);
	z = trainee_latents(t, s);
	if (t->o->k > m->quantizer.book[0].k)
		grow_books(t, z, s->n, resume, r);
	else
		take_books(t, resume, r);
	measure_latents(t, z, s->n);
	free(z);
}
