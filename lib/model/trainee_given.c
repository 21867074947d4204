#include <stdlib.h>
#include <string.h>

#include "model/trainee.h"
#include "model/weight.h"
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

static void
start_book(struct trainee *t, size_t c, struct rng *r)
{
	struct learner *l = &t->learner[c];

	trainee_start_group(t, c, r);
	l->type->start(l, t->o->from->quantizer.book[c].q);
}

static void
resume_book(struct trainee *t, size_t c)
{
	const struct codebook *b = &t->o->from->quantizer.book[c];
	struct learner *l = &t->learner[c];
	char prefix[MODEL_PREFIX_MAX];

	model_prefix(prefix, c, trainee_books(t));
	if (l->tables > 1) {
		l->variant = mem_alloc(b->before, sizeof(*l->variant));
		memcpy(l->variant, b->variant, b->before * sizeof(*l->variant));
	}
	resume_learner(l, prefix, t->o->learned, b->q, b->k, t->pool);
}

/* All that the model's training has left, where the learners are of its kind;
 * else its tables are what they start from. */
static void
take_books(struct trainee *t, bool resume, struct rng *r)
{
	trainee_copy_tables(t, t->o->from);
	for (size_t c = 0; c < trainee_books(t); c++) {
		const struct codebook *b = &t->o->from->quantizer.book[c];
		size_t tables = t->learner[c].tables;

		if (t->learner[c].use && b->bits && b->k == t->o->k)
			learner_use_take_bits(&t->learner[c], b->bits);
		tables = tables > 1 ? tables : 1;
		if (resume && b->variants == tables)
			resume_book(t, c);
		else
			start_book(t, c, r);
	}
}

static bool
same_type(const struct trainer_opts *o)
{
	const char *type = meta_get(&o->from->meta, "type");

	return type && strcmp(type, o->type->name) == 0;
}

/* E |z|^2 of the latents of x [n, dim]. */
static void
measure_latents(struct trainee *t, const float *x, size_t n)
{
	float *z = trainee_latents(t, x, n);
	float *even = weight_rows(z, t->weight, n, t->o->d);
	double *variance = mem_zalloc(t->o->d, sizeof(*variance)), sum = 0;

	if (even) {
		free(z);
		z = even;
	}
	for (size_t i = 0; i < n * t->o->d; i++)
		variance[i % t->o->d] +=
			(double)z[i] * (double)z[i] / (double)n;
	for (size_t i = 0; i < t->o->d; i++)
		sum += variance[i];
	t->latent_variance = sum > 0 ? sum : 1; /* constant data */
	free(variance);
	free(z);
}

void
trainee_given_start(struct trainee *t, const float *x, size_t n, struct rng *r)
{
	copy_order(t, &t->o->from->quantizer);
	trainee_take_net(t, t->o->from);
	take_books(t, t->o->learned && same_type(t->o), r);
	measure_latents(t, x, n);
}
