#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "model/step_rows.h"
#include "util/mem.h"

#define LANES ((size_t)4) /* of a sum of squares */

/* z = A x, or x itself. */
void
step_rows_encode(struct step_rows w)
{
	struct step *s = w.s;
	const float *x = s->x + w.v * s->dim;
	float *z = s->z + w.v * s->d;

	if (s->net != NET_NONE)
		product_rows(&s->a, x, w.n, z);
	else
		memcpy(z, x, w.n * s->d * sizeof(*z));
}

/* sum = the codes of the first depth[v] stages. */
void
step_rows_sum(struct step_rows w)
{
	struct step *s = w.s;

	memset(s->sum + w.v * s->d, 0, w.n * s->d * sizeof(*s->sum));
	for (size_t c = 0; c < quantizer_columns(s->q); c++)
		for (size_t v = w.v; v < w.v + w.n; v++)
			if (c / s->q->groups < s->depth[v])
				quantizer_add(s->q, c, s->idx[c] + v,
					step_prev(s, c, v), 1, 1, 1,
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
code_loss(struct step_rows w, size_t c)
{
	const struct step *s = w.s;
	const struct codebook *b = quantizer_book(s->q, c);
	float *dq = s->dq[c] + w.v * b->d;

	for (size_t v = 0; v < w.n; v++)
		memcpy(dq + v * b->d,
			codebook_code(b, s->idx[c][w.v + v],
				step_prev(s, c, w.v + v)),
			b->d * sizeof(*dq));
	return s->vq_scale *
		scaled_error(dq, s->part[c] + w.v * b->d, w.n * b->d,
			(float)(2 * s->vq_scale));
}

/* vq += beta vq_scale |sg q - z|^2:  dz += 2 beta vq_scale (z - q), where
 * something learns from dz.  work is [n, d] of the chunk. */
static double
commitment_loss(struct step_rows w, float *work)
{
	struct step *s = w.s;
	double factor = s->vq_scale * s->beta, loss;
	size_t n = w.n * s->d;

	memcpy(work, s->z + w.v * s->d, n * sizeof(*work));
	loss = scaled_error(work, s->sum + w.v * s->d, n, (float)(2 * factor));
	if (s->net != NET_NONE)
		axpy(1, work, n, s->dz + w.v * s->d);
	return factor * loss;
}

/* recon = recon_scale |x^ - x|^2:  back = 2 recon_scale (x^ - x) */
double
step_rows_recon(struct step_rows w)
{
	struct step *s = w.s;
	size_t at = w.v * s->dim;

	return s->recon_scale *
		scaled_error(s->back + at, s->x + at, w.n * s->dim,
			(float)(2 * s->recon_scale));
}

/* x^ = B q:  dB = dx^T q;  the decoder's input has dx B, left in dz. */
void
step_rows_decoder(struct step_rows w, size_t chunk)
{
	struct step *s = w.s;
	float *x = s->back + w.v * s->dim, *q = s->sum + w.v * s->d;

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
}

static double
decode_linear(struct step_rows w, size_t chunk)
{
	struct step *s = w.s;
	double loss;

	product_rows(&s->b, s->sum + w.v * s->d, w.n, s->back + w.v * s->dim);
	loss = step_rows_recon(w);
	step_rows_decoder(w, chunk);
	return loss;
}

static double
reconstruct_plain(struct step_rows w)
{
	struct step *s = w.s;

	memcpy(s->back + w.v * s->dim, s->sum + w.v * s->d,
		w.n * s->d * sizeof(*s->back));
	return step_rows_recon(w);
}

/* Of the decoder's input dout [n, d] of the chunk, to each column that is
 * seen:  dq += dout, in its group's dimensions.  part is as large as dout. */
static void
give_codes(struct step_rows w, const float *dout, float *part)
{
	struct step *s = w.s;

	for (size_t c = 0; c < quantizer_columns(s->q); c++) {
		size_t d = quantizer_width(s->q, c);

		quantizer_take(s->q, c, dout, w.n, part);
		for (size_t v = 0; v < w.n; v++)
			if (c / s->q->groups < s->depth[w.v + v])
				axpy(1, part + v * d, d,
					s->dq[c] + (w.v + v) * d);
	}
}

/* The reconstruction's gradient from what comes out of the quantizer to z, and
 * to the codes if the estimator has a way there. */
static void
through_choice(struct step_rows w, float *work)
{
	struct step *s = w.s;
	size_t at = w.v * s->d;
	bool codes = s->estimator == ESTIMATOR_DIVEQ;
	float *dout = codes ? mem_floats(w.n * s->d) : NULL;

	estimator_back(s->estimator, s->z + at, s->sum + at, w.n, s->d,
		(s->net != NET_NONE ? s->dz : s->back) + at, dout);
	if (codes)
		give_codes(w, dout, work);
	free(dout);
}

/* The types that leave their gradients to the quantizer's own formulas. */
double
step_rows_quantizer(struct step_rows w)
{
	struct step *s = w.s;
	float *work = mem_floats(w.n * s->d);
	double loss = 0;

	for (size_t c = 0; c < quantizer_columns(s->q); c++)
		loss += code_loss(w, c);
	if (s->estimator != ESTIMATOR_STE)
		through_choice(w, work);
	loss += commitment_loss(w, work);
	free(work);
	return loss;
}

void
step_rows_losses(struct step_rows w, size_t chunk)
{
	struct step *s = w.s;

	step_rows_sum(w);
	s->vq[chunk] = 0;
	s->recon[chunk] = s->net != NET_NONE ? decode_linear(w, chunk)
					     : reconstruct_plain(w);
	if (!step_pulls(s))
		s->vq[chunk] = step_rows_quantizer(w);
}

/* z = A x:  dA = dz^T x. */
void
step_rows_encoder(struct step_rows w, size_t chunk)
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
