#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "model/step.h"
#include "util/mem.h"

#define CHUNK ((size_t)256) /* rows a task */

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

/* A view of rows v .. v+n-1 of the batch, and where a worker computes. */
struct rows {
	struct step *s;
	size_t v, n;
};

/* r: the remainders, [n, d] of the chunk.  Each column takes its part, finds
 * its codes and leaves the rest to the next stage. */
static void
quantize(struct rows w, float *r)
{
	struct step *s = w.s;
	size_t v = w.v, n = w.n;

	memcpy(r, s->z + v * s->d, n * s->d * sizeof(*r));
	for (size_t c = 0; c < quantizer_columns(s->q); c++) {
		size_t width = quantizer_width(s->q, c);
		float *part = s->part[c] + v * width;
		float *work = mem_floats(nearest_work(width));

		quantizer_take(s->q, c, r, n, part);
		nearest_find(&s->q->book[c].search, part, n, s->idx[c] + v,
			NULL, work);
		quantizer_add(s->q, c, s->idx[c] + v, 1, n, -1, r);
		free(work);
	}
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

/* vq = vq_scale |q_s - sg r_s|^2, summed over columns:
 * dq = 2 vq_scale (q_s - r_s).  Returns the loss. */
static double
code_loss(struct rows w, size_t c)
{
	const struct step *s = w.s;
	const struct codebook *b = &s->q->book[c];
	double sum = 0;

	for (size_t v = w.v; v < w.v + w.n; v++) {
		const float *q = b->q + s->idx[c][v] * b->d;
		const float *r = s->part[c] + v * b->d;
		float *dq = s->dq[c] + v * b->d;

		for (size_t i = 0; i < b->d; i++) {
			float t = q[i] - r[i];

			sum += (double)t * (double)t;
			dq[i] = (float)(2 * s->vq_scale) * t;
		}
	}
	return s->vq_scale * sum;
}

/* vq += beta vq_scale |sg q - z|^2:  dz += 2 beta vq_scale (z - q) */
static double
commitment_loss(struct rows w)
{
	struct step *s = w.s;
	double factor = s->vq_scale * s->beta, sum = 0;

	for (size_t i = w.v * s->d; i < (w.v + w.n) * s->d; i++) {
		float t = s->z[i] - s->sum[i];

		sum += (double)t * (double)t;
		s->dz[i] += (float)(2 * factor) * t;
	}
	return factor * sum;
}

/* recon = recon_scale |x^ - x|^2:  back = 2 recon_scale (x^ - x) */
static double
recon_loss(struct rows w)
{
	struct step *s = w.s;
	double sum = 0;

	for (size_t i = w.v * s->dim; i < (w.v + w.n) * s->dim; i++) {
		float t = s->back[i] - s->x[i];

		sum += (double)t * (double)t;
		s->back[i] = (float)(2 * s->recon_scale) * t;
	}
	return s->recon_scale * sum;
}

/* x^ = B q;  dB = dx^T q;  dz = dx B (straight through). */
static double
decode_linear(struct rows w, size_t chunk)
{
	struct step *s = w.s;
	const float *b = params_in(s->ps, s->ps->w, s->decoder);
	float *x = s->back + w.v * s->dim, *q = s->sum + w.v * s->d;
	double loss;

	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 't',
		.m = w.n,
		.n = s->dim,
		.k = s->d,
		.alpha = 1,
		.a = q,
		.lda = s->d,
		.b = b,
		.ldb = s->d,
		.c = x,
		.ldc = s->dim });
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
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 'n',
		.m = w.n,
		.n = s->d,
		.k = s->dim,
		.alpha = 1,
		.a = x,
		.lda = s->dim,
		.b = b,
		.ldb = s->d,
		.c = s->dz + w.v * s->d,
		.ldc = s->d });
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
	memset(s->dz + w.v * s->d, 0, w.n * s->d * sizeof(*s->dz));
	return recon_loss(w);
}

static void
run_chunk(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;
	struct rows w = { s, chunk * CHUNK, CHUNK };
	float *r = mem_floats(CHUNK * s->d);

	(void)worker;
	if (w.n > s->n - w.v)
		w.n = s->n - w.v;
	if (s->net == NET_LINEAR)
		product_rows(
			&s->panel, s->x + w.v * s->dim, w.n, s->z + w.v * s->d);
	else
		memcpy(s->z + w.v * s->d, s->x + w.v * s->dim,
			w.n * s->d * sizeof(*s->z));
	quantize(w, r);
	sum_codes(w);
	s->vq[chunk] = 0;
	for (size_t c = 0; c < quantizer_columns(s->q); c++)
		s->vq[chunk] += code_loss(w, c);
	s->recon[chunk] = s->net == NET_LINEAR ? decode_linear(w, chunk)
					       : reconstruct_plain(w);
	s->vq[chunk] += commitment_loss(w);
	if (s->net == NET_LINEAR)
		encoder_gradient(w, chunk);
	free(r);
}

/* to += the chunks' partial sums, in their order. */
static void
reduce(const float *part, size_t chunks, size_t n, float *to)
{
	for (size_t c = 0; c < chunks; c++)
		for (size_t i = 0; i < n; i++)
			to[i] += part[c * n + i];
}

static void
learner_chunk(void *arg, size_t column, size_t worker)
{
	struct step *s = arg;
	struct learner *l = &s->learner[column];

	(void)worker;
	if (l->type->backward)
		l->type->backward(l, s->idx[column], s->dq[column], s->n);
}

void
step_run(struct step *s, double *recon, double *vq)
{
	size_t chunks = chunks_of(s), weights = s->d * s->dim;

	if (s->net == NET_LINEAR)
		panel_init(&s->panel, params_in(s->ps, s->ps->w, s->encoder),
			NULL, s->d, s->dim);
	pool_run(s->pool, chunks, run_chunk, s);
	panel_free(&s->panel);
	*recon = *vq = 0;
	for (size_t c = 0; c < chunks; c++) {
		*recon += s->recon[c];
		*vq += s->vq[c];
	}
	pool_run(s->pool, quantizer_columns(s->q), learner_chunk, s);
	if (s->net != NET_LINEAR)
		return;
	reduce(s->da, chunks, weights, params_in(s->ps, s->ps->g, s->encoder));
	reduce(s->db, chunks, weights, params_in(s->ps, s->ps->g, s->decoder));
}
