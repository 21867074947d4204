#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "model/anchor.h"
#include "model/judge.h"
#include "model/step_share.h"
#include "util/mem.h"

bool
anchor_fits(const struct learner_type *type)
{
	return type->holds || (type->backward && !type->pull);
}

/* w_j of a column, added to those of its book. */
static void
add_weights(double *weight, size_t k, const uint32_t *codes, size_t columns,
	const float *w, size_t n)
{
	double all = 0;

	for (size_t v = 0; v < n; v++)
		all += w ? (double)w[v] : 1;
	for (size_t v = 0; v < n; v++)
		weight[codes[v * columns]] +=
			(w ? (double)w[v] : 1) / (2 * all);
	for (size_t j = 0; j < k; j++)
		weight[j] += 1 / (2 * (double)k);
}

/* For types that hold: weight times so many vectors. */
static void
hold(struct learner *l, const struct codebook *old, const double *weight,
	double vectors)
{
	l->hold = mem_zfloats(l->k);
	l->held = mem_zfloats(l->k * l->d);
	memcpy(l->held, old->q, old->k * old->d * sizeof(*l->held));
	for (size_t j = 0; j < old->k; j++)
		l->hold[j] = (float)(weight[j] * vectors);
}

void
anchor_init(struct anchor *a, struct trainee *t, const struct sample *s)
{
	const struct model *old = t->o->from;
	size_t columns = trainee_columns(t), books = trainee_books(t);
	size_t n = s->n;
	uint32_t *codes = mem_alloc(n * columns, sizeof(*codes));
	struct sample weighted = *s;
	struct judgement j;

	*a = (struct anchor){ .t = t };
	a->scale = t->o->anchor * t->o->vq_weight / t->latent_variance;
	a->weight = mem_alloc(books, sizeof(*a->weight));
	weighted.w = t->weight;
	judge_codes(old, t->pool, &weighted, &j, codes);
	for (size_t b = 0; b < books; b++) {
		size_t k = old->quantizer.book[b].k;

		a->weight[b] = mem_zalloc(k, sizeof(**a->weight));
		for (size_t c = b; c < columns; c += books)
			add_weights(a->weight[b], k, codes + c, columns,
				t->weight, n);
		hold(&t->learner[b], &old->quantizer.book[b], a->weight[b],
			t->o->anchor * (double)t->o->batch);
	}
	free(codes);
	if (t->o->net != NET_NONE)
		panel_init(&a->encoder, old->net.a, NULL, old->net.d,
			old->net.dim);
}

void
anchor_free(struct anchor *a)
{
	for (size_t b = 0; a->weight && b < trainee_books(a->t); b++)
		free(a->weight[b]);
	free(a->weight);
	panel_free(&a->encoder);
	*a = (struct anchor){ 0 };
}

/* w |q - old|^2:  dq += 2 w (q - old) */
static double
pull_book(const struct anchor *a, size_t b)
{
	const struct codebook *old = &a->t->o->from->quantizer.book[b];
	const float *q = quantizer_book(&a->t->q, b)->q;
	struct learner *l = &a->t->learner[b];
	float *dq = mem_floats(old->k * old->d);
	uint32_t *idx = mem_alloc(old->k, sizeof(*idx));
	double loss = 0;

	for (size_t j = 0; j < old->k; j++) {
		double w = a->scale * a->weight[b][j];

		idx[j] = (uint32_t)j;
		for (size_t i = j * old->d; i < (j + 1) * old->d; i++) {
			double t = (double)q[i] - (double)old->q[i];

			loss += w * t * t;
			dq[i] = (float)(2 * w * t);
		}
	}
	l->prev = NULL;
	if (l->type->backward)
		l->type->backward(l, a->t->pool, idx, dq, old->k);
	free(dq);
	free(idx);
	return loss;
}

/* scale / n |A x - z(old)|^2:  dA += 2 scale / n (z - z(old))^T x */
static double
pull_encoder(const struct anchor *a, const struct step *s)
{
	double scale = a->scale / (double)s->n, loss = 0;
	float *dz = mem_floats(s->n * s->d);

	step_share_inputs(s);
	product_rows_all(&a->encoder, s->pool, s->x, s->n, dz);
	for (size_t i = 0; i < s->n * s->d; i++) {
		double t = (double)s->z[i] - (double)dz[i];

		loss += scale * t * t;
		dz[i] = (float)(2 * scale * t);
	}
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = s->d,
		.n = s->dim,
		.k = s->n,
		.alpha = 1,
		.a = dz,
		.lda = s->d,
		.b = s->x,
		.ldb = s->dim,
		.beta = 1,
		.c = params_in(s->ps, s->ps->g, s->encoder),
		.ldc = s->dim });
	free(dz);
	return loss;
}

double
anchor_pull(const struct anchor *a, const struct step *s)
{
	double loss = 0;

	if (!a->weight)
		return 0;
	for (size_t b = 0; b < trainee_books(a->t); b++)
		loss += pull_book(a, b);
	if (s->net != NET_NONE)
		loss += pull_encoder(a, s);
	return loss;
}
