#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/pass.h"
#include "kernel/prune.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "kernel/turned.h"
#include "model/step.h"
#include "util/mem.h"

#define CHUNK ((size_t)256)   /* rows whose gradients a task sums */
#define WEIGHTS ((size_t)256) /* of a gradient, a task */
#define LANES ((size_t)4)     /* of a sum of squares */

static size_t
chunks_of(const struct step *s)
{
	return (s->n + CHUNK - 1) / CHUNK;
}

void
step_init(struct step *s)
{
	size_t columns = quantizer_columns(s->q), chunks = chunks_of(s);
	size_t weights = s->net == NET_LINEAR ? s->d * s->dim : 0;

	s->x = mem_floats(s->n * s->dim);
	s->back = mem_floats(s->n * s->dim);
	s->z = mem_floats(s->n * s->d);
	s->sum = mem_floats(s->n * s->d);
	s->dz = mem_floats(s->n * s->d);
	s->part = mem_alloc(columns, sizeof(*s->part));
	s->dq = mem_alloc(columns, sizeof(*s->dq));
	s->idx = mem_alloc(columns, sizeof(*s->idx));
	for (size_t c = 0; c < columns; c++) {
		s->part[c] = mem_floats(s->n * quantizer_width(s->q, c));
		s->dq[c] = mem_floats(s->n * quantizer_width(s->q, c));
		s->idx[c] = mem_alloc(s->n, sizeof(**s->idx));
	}
	s->depth = mem_alloc(s->n, sizeof(*s->depth));
	for (size_t v = 0; v < s->n; v++)
		s->depth[v] = s->q->stages;
	s->search_rows = pass_chunk(s->n, PRUNE_ROWS, pool_threads(s->pool));
	s->da = mem_floats(chunks * weights);
	s->db = mem_floats(chunks * weights);
	s->recon = mem_alloc(chunks, sizeof(*s->recon));
	s->vq = mem_alloc(chunks, sizeof(*s->vq));
}

void
step_free(struct step *s)
{
	for (size_t c = 0; s->part && c < quantizer_columns(s->q); c++) {
		free(s->part[c]);
		free(s->dq[c]);
		free(s->idx[c]);
	}
	free(s->part);
	free(s->dq);
	free(s->idx);
	free(s->x);
	free(s->back);
	free(s->z);
	free(s->sum);
	free(s->dz);
	free(s->depth);
	free(s->da);
	free(s->db);
	free(s->recon);
	free(s->vq);
	*s = (struct step){ 0 };
}

void
step_depths(struct step *s, struct rng *r)
{
	for (size_t v = 0; v < s->n; v++) {
		size_t stages = s->q->stages;

		s->depth[v] = stages > 1 && rng_below(r, 2)
			? 1 + rng_below(r, stages)
			: stages;
	}
}

/* Rows v .. v+n-1 of the batch. */
struct rows {
	struct step *s;
	size_t v, n;
};

static struct rows
rows_of(struct step *s, size_t chunk, size_t size)
{
	size_t v = chunk * size;

	return (struct rows){ s, v, s->n - v < size ? s->n - v : size };
}

/* z = A x, or x itself. */
static void
encode(struct rows w)
{
	struct step *s = w.s;
	const float *x = s->x + w.v * s->dim;
	float *z = s->z + w.v * s->d;

	if (s->net == NET_LINEAR)
		product_rows(&s->a, x, w.n, z);
	else
		memcpy(z, x, w.n * s->d * sizeof(*z));
}

/* Each column takes its part of the remainders, finds its codes and leaves the
 * rest to the next stage. */
static void
search_chunk(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;
	const struct quantizer *q = s->q;
	struct rows w = rows_of(s, chunk, s->search_rows);
	float *r = mem_floats(w.n * s->d);
	/* The first group is the widest. */
	float *work = mem_floats(nearest_work(quantizer_width(q, 0)));

	(void)worker;
	encode(w);
	memcpy(r, s->z + w.v * s->d, w.n * s->d * sizeof(*r));
	for (size_t c = 0; c < quantizer_columns(q); c++) {
		float *part = s->part[c] + w.v * quantizer_width(q, c);
		uint32_t *idx = s->idx[c] + w.v;

		quantizer_take(q, c, r, w.n, part);
		nearest_find(&q->book[c].search, part, w.n, idx, NULL, work);
		if (c / q->groups + 1 < q->stages)
			quantizer_add(q, c, idx, 1, w.n, -1, r);
	}
	free(r);
	free(work);
}

/* sum = the codes of the first depth[v] stages. */
static void
sum_codes(struct rows w)
{
	struct step *s = w.s;

	memset(s->sum + w.v * s->d, 0, w.n * s->d * sizeof(*s->sum));
	for (size_t c = 0; c < quantizer_columns(s->q); c++)
		for (size_t v = w.v; v < w.v + w.n; v++)
			if (c / s->q->groups < s->depth[v])
				quantizer_add(s->q, c, s->idx[c] + v, 1, 1, 1,
					s->sum + v * s->d);
}

/* y = factor (y - x); returns the sum of (y - x)^2, summed in lanes that
 * compilers make vectors of. */
static double
scaled_error(float *restrict y, const float *restrict x, size_t n, float factor)
{
	double sum[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (size_t l = 0; l < LANES; l++) {
			float t = y[i + l] - x[i + l];

			sum[l] += (double)t * (double)t;
			y[i + l] = factor * t;
		}
	for (; i < n; i++) {
		float t = y[i] - x[i];

		sum[0] += (double)t * (double)t;
		y[i] = factor * t;
	}
	for (size_t l = 1; l < LANES; l++)
		sum[0] += sum[l];
	return sum[0];
}

/* vq = vq_scale |q_s - sg r_s|^2, summed over columns:
 * dq = 2 vq_scale (q_s - r_s).  Returns the loss. */
static double
code_loss(struct rows w, size_t c)
{
	const struct step *s = w.s;
	const struct codebook *b = &s->q->book[c];
	float *dq = s->dq[c] + w.v * b->d;

	for (size_t v = 0; v < w.n; v++)
		memcpy(dq + v * b->d, b->q + s->idx[c][w.v + v] * b->d,
			b->d * sizeof(*dq));
	return s->vq_scale *
		scaled_error(dq, s->part[c] + w.v * b->d, w.n * b->d,
			(float)(2 * s->vq_scale));
}

/* vq += beta vq_scale |sg q - z|^2:  dz += 2 beta vq_scale (z - q), where
 * something learns from dz.  work is [n, d] of the chunk. */
static double
commitment_loss(struct rows w, float *work)
{
	struct step *s = w.s;
	double factor = s->vq_scale * s->beta, loss;
	size_t n = w.n * s->d;

	memcpy(work, s->z + w.v * s->d, n * sizeof(*work));
	loss = scaled_error(work, s->sum + w.v * s->d, n, (float)(2 * factor));
	if (s->net == NET_LINEAR)
		axpy(1, work, n, s->dz + w.v * s->d);
	return factor * loss;
}

/* recon = recon_scale |x^ - x|^2:  back = 2 recon_scale (x^ - x) */
static double
recon_loss(struct rows w)
{
	struct step *s = w.s;
	size_t at = w.v * s->dim;

	return s->recon_scale *
		scaled_error(s->back + at, s->x + at, w.n * s->dim,
			(float)(2 * s->recon_scale));
}

/* x^ = B q;  dB = dx^T q;  dz = dx B (straight through). */
static double
decode_linear(struct rows w, size_t chunk)
{
	struct step *s = w.s;
	float *x = s->back + w.v * s->dim, *q = s->sum + w.v * s->d;
	double loss;

	product_rows(&s->b, q, w.n, x);
	loss = recon_loss(w);
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = s->dim,
		.n = s->d,
		.k = w.n,
		.alpha = 1,
		.a = x,
		.lda = s->dim,
		.b = q,
		.ldb = s->d,
		.c = s->db + chunk * s->d * s->dim,
		.ldc = s->d });
	product_rows(&s->b_turned, x, w.n, s->dz + w.v * s->d);
	return loss;
}

/* z = A x:  dA = dz^T x. */
static void
encoder_gradient(struct rows w, size_t chunk)
{
	struct step *s = w.s;

	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = s->d,
		.n = s->dim,
		.k = w.n,
		.alpha = 1,
		.a = s->dz + w.v * s->d,
		.lda = s->d,
		.b = s->x + w.v * s->dim,
		.ldb = s->dim,
		.c = s->da + chunk * s->d * s->dim,
		.ldc = s->dim });
}

static double
reconstruct_plain(struct rows w)
{
	struct step *s = w.s;

	memcpy(s->back + w.v * s->dim, s->sum + w.v * s->d,
		w.n * s->d * sizeof(*s->back));
	return recon_loss(w);
}

static void
gradient_chunk(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;
	struct rows w = rows_of(s, chunk, CHUNK);
	float *work = mem_floats(w.n * s->d);

	(void)worker;
	sum_codes(w);
	s->vq[chunk] = 0;
	for (size_t c = 0; c < quantizer_columns(s->q); c++)
		s->vq[chunk] += code_loss(w, c);
	s->recon[chunk] = s->net == NET_LINEAR ? decode_linear(w, chunk)
					       : reconstruct_plain(w);
	s->vq[chunk] += commitment_loss(w, work);
	if (s->net == NET_LINEAR)
		encoder_gradient(w, chunk);
	free(work);
}

/* to [n] += the chunks' partial sums, in their order. */
static void
reduce(const struct step *s, const float *part, size_t n, float *to)
{
	for (size_t c = 0; c < chunks_of(s); c++)
		axpy(1, part + c * s->d * s->dim, n, to);
}

static void
reduce_part(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;
	size_t at = chunk * WEIGHTS, n = s->d * s->dim - at;

	(void)worker;
	if (n > WEIGHTS)
		n = WEIGHTS;
	reduce(s, s->da + at, n, params_in(s->ps, s->ps->g, s->encoder) + at);
	reduce(s, s->db + at, n, params_in(s->ps, s->ps->g, s->decoder) + at);
}

static void
learners_backward(struct step *s)
{
	for (size_t c = 0; c < quantizer_columns(s->q); c++) {
		struct learner *l = &s->learner[c];

		if (l->type->backward)
			l->type->backward(
				l, s->pool, s->idx[c], s->dq[c], s->n);
	}
}

static void
pack_net(struct step *s)
{
	const struct params *p = s->ps;

	if (s->net != NET_LINEAR)
		return;
	panel_init(&s->a, params_in(p, p->w, s->encoder), NULL, s->d, s->dim);
	panel_init(&s->b, params_in(p, p->w, s->decoder), NULL, s->dim, s->d);
	turned_init(&s->b_turned, params_in(p, p->w, s->decoder), s->dim, s->d);
}

static void
unpack_net(struct step *s)
{
	panel_free(&s->a);
	panel_free(&s->b);
	panel_free(&s->b_turned);
}

void
step_run(struct step *s, double *recon, double *vq)
{
	size_t chunks = chunks_of(s);

	pack_net(s);
	pool_run(s->pool, (s->n + s->search_rows - 1) / s->search_rows,
		search_chunk, s);
	pool_run(s->pool, chunks, gradient_chunk, s);
	unpack_net(s);
	*recon = *vq = 0;
	for (size_t c = 0; c < chunks; c++) {
		*recon += s->recon[c];
		*vq += s->vq[c];
	}
	learners_backward(s);
	if (s->net == NET_LINEAR)
		pool_run(s->pool, (s->d * s->dim + WEIGHTS - 1) / WEIGHTS,
			reduce_part, s);
}
