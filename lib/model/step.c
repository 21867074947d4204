#include <stdlib.h>
#include <string.h>

#include "kernel/pass.h"
#include "kernel/prune.h"
#include "kernel/turned.h"
#include "model/stage_depth.h"
#include "model/step_entropy.h"
#include "model/step_field.h"
#include "model/step_rows.h"
#include "model/step_share.h"
#include "util/mem.h"

#define CHUNK ((size_t)256) /* rows whose gradients a task sums */

/* This rank's. */
static size_t
own_chunks(const struct step *s)
{
	return (s->own.end - s->own.from + CHUNK - 1) / CHUNK;
}

size_t
step_unit(const struct step *s)
{
	return s->net == NET_CONV ? s->grid.h * s->grid.w : CHUNK;
}

bool
step_sums_apart(const struct step *s)
{
	return s->net == NET_CONV || s->sums;
}

static void
take_share(struct step *s)
{
	bool apart = step_sums_apart(s);

	s->own = ranks_share(s->n, step_unit(s), ranks_own());
	s->chunk0 = apart ? 0 : s->own.from / CHUNK;
	s->chunks = apart ? own_chunks(s) : (s->n + CHUNK - 1) / CHUNK;
}

static void
open_nets(struct step *s)
{
	struct grid own = s->grid;

	own.count = (s->own.end - s->own.from) / step_unit(s);
	s->h = convnet_work_open(&s->conv->encoder, own);
	s->h2 = convnet_work_open(&s->conv->decoder, own);
	if (s->loss)
		s->dback = mem_floats(s->n * s->dim);
}

void
step_init(struct step *s)
{
	size_t columns = quantizer_columns(s->q);
	size_t weights = s->net != NET_NONE ? s->d * s->dim : 0;

	take_share(s);
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
	s->search_rows = pass_chunk(
		s->own.end - s->own.from, PRUNE_ROWS, pool_threads(s->pool));
	s->da = mem_floats(s->chunks * weights);
	s->db = mem_floats(s->chunks * weights);
	s->recon = mem_alloc(s->chunks, sizeof(*s->recon));
	s->vq = mem_alloc(s->chunks, sizeof(*s->vq));
	if (s->net == NET_CONV)
		open_nets(s);
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
	free(s->dback);
	free(s->z);
	free(s->sum);
	free(s->dz);
	free(s->depth);
	free(s->da);
	free(s->db);
	free(s->recon);
	free(s->vq);
	convnet_work_close(s->h);
	convnet_work_close(s->h2);
	*s = (struct step){ 0 };
}

void
step_depths(struct step *s, struct rng *r)
{
	size_t field = s->net == NET_CONV ? s->grid.h * s->grid.w : 1;

	for (size_t v = 0; v < s->n; v++)
		s->depth[v] = v % field
			? s->depth[v - 1]
			: stage_depth(s->q->stages, s->stage_dropout, r);
}

bool
step_pulls(const struct step *s)
{
	return s->learner[0].type->pull != NULL;
}

const uint32_t *
step_prev(const struct step *s, size_t column, size_t v)
{
	size_t groups = s->q->groups;

	return column < groups ? NULL : s->idx[column - groups] + v;
}

struct learner *
step_learner(const struct step *s, size_t column)
{
	return &s->learner[s->q->shared ? column % s->q->groups : column];
}

/* Of this rank's rows. */
static struct step_rows
rows_of(struct step *s, size_t chunk, size_t size)
{
	size_t v = s->own.from + chunk * size, left = s->own.end - v;

	return (struct step_rows){ s, v, left < size ? left : size };
}

/* Each column takes its part of the remainders, finds its codes and leaves the
 * rest to the next stage. */
static void
search_chunk(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;
	const struct quantizer *q = s->q;
	struct step_rows w = rows_of(s, chunk, s->search_rows);
	float *r = mem_floats(w.n * s->d);
	float *work = mem_floats(quantizer_find_work(q));

	(void)worker;
	if (s->net != NET_CONV)
		step_rows_encode(w);
	memcpy(r, s->z + w.v * s->d, w.n * s->d * sizeof(*r));
	for (size_t c = 0; c < quantizer_columns(q); c++) {
		float *part = s->part[c] + w.v * quantizer_width(q, c);
		uint32_t *idx = s->idx[c] + w.v;

		quantizer_take(q, c, r, w.n, part);
		quantizer_find(
			q, c, part, w.n, step_prev(s, c, w.v), 1, idx, work);
		if (c / q->groups + 1 < q->stages)
			quantizer_add(
				q, c, idx, step_prev(s, c, w.v), 1, w.n, -1, r);
	}
	free(r);
	free(work);
}

static void
losses_chunk(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;

	(void)worker;
	step_rows_losses(rows_of(s, chunk, CHUNK), s->chunk0 + chunk);
}

static void
encoder_chunk(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;

	(void)worker;
	step_rows_encoder(rows_of(s, chunk, CHUNK), s->chunk0 + chunk);
}

/* From rows v .. v+n-1. */
static void
learners_backward(struct step *s, size_t v, size_t n)
{
	for (size_t c = 0; c < quantizer_columns(s->q) && n > 0; c++) {
		struct learner *l = step_learner(s, c);

		l->prev = step_prev(s, c, v);
		if (l->type->backward)
			l->type->backward(l, s->pool, s->idx[c] + v,
				s->dq[c] + v * quantizer_width(s->q, c), n);
	}
}

static void
teach_codes(struct step *s)
{
	if (!s->sums) {
		learners_backward(s, 0, s->n);
		return;
	}
	learners_backward(s, s->own.from, s->own.end - s->own.from);
	step_share_codes(s);
}

/* g [n, width]: the decoder's gradient by a column's output. */
static void
column_gradient(const struct step *s, size_t c, const float *out, float *g)
{
	size_t w = quantizer_width(s->q, c);

	quantizer_take(s->q, c, out, s->n, g);
	for (size_t v = 0; v < s->n; v++)
		if (c / s->q->groups >= s->depth[v])
			memset(g + v * w, 0, w * sizeof(*g));
}

/* dz takes the sum of the columns' pulls, each in its group's dimensions: all
 * stages read z through remainders whose subtracted codes are held. */
static double
learners_pull(struct step *s)
{
	size_t size = s->n * s->d;
	float *out = mem_floats(size), *g = mem_floats(size);
	double vq = 0;

	memcpy(out, s->net != NET_NONE ? s->dz : s->back, size * sizeof(*out));
	memset(s->dz, 0, size * sizeof(*s->dz));
	for (size_t c = 0; c < quantizer_columns(s->q); c++) {
		struct learner *l = step_learner(s, c);
		struct learner_pull p = { .r = s->part[c],
			.g = g,
			.idx = s->idx[c],
			.n = s->n,
			.scale = s->vq_scale,
			.beta = s->beta,
			.dr = s->dq[c] };

		column_gradient(s, c, out, g);
		l->prev = step_prev(s, c, 0);
		vq += l->type->pull(l, s->pool, &p);
		quantizer_give(s->q, c, p.dr, s->n, s->dz);
	}
	free(out);
	free(g);
	return vq;
}

static void
pack_net(struct step *s)
{
	const struct params *p = s->ps;

	if (s->net == NET_NONE)
		return;
	panel_init(&s->a, params_in(p, p->w, s->encoder), NULL, s->d, s->dim);
	panel_init(&s->b, params_in(p, p->w, s->decoder), NULL, s->dim, s->d);
	turned_init(&s->b_turned, params_in(p, p->w, s->decoder), s->dim, s->d);
	if (s->net == NET_CONV)
		net_conv_pack(s->conv, p);
}

static void
unpack_net(struct step *s)
{
	panel_free(&s->a);
	panel_free(&s->b);
	panel_free(&s->b_turned);
}

static void
search(struct step *s)
{
	size_t n = s->own.end - s->own.from;

	pool_run(s->pool, (n + s->search_rows - 1) / s->search_rows,
		search_chunk, s);
}

/* The sums of what the chunks lost. */
static void
add_losses(const struct step *s, double *recon, double *vq)
{
	double sum[2] = { 0 };

	for (size_t c = 0; c < s->chunks; c++) {
		sum[0] += s->recon[c];
		sum[1] += s->vq[c];
	}
	if (step_sums_apart(s))
		ranks_sum_doubles(sum, 2);
	*recon = sum[0];
	*vq = sum[1];
}

static void
forward(struct step *s)
{
	pack_net(s);
	if (s->net == NET_CONV)
		step_field_encode(s);
	search(s);
	if (s->net == NET_CONV)
		step_field_losses(s, own_chunks(s), CHUNK);
	else
		pool_run(s->pool, own_chunks(s), losses_chunk, s);
	unpack_net(s);
}

void
step_run(struct step *s, double *recon, double *vq)
{
	forward(s);
	step_share_rows(s);
	add_losses(s, recon, vq);
	if (step_pulls(s))
		*vq += learners_pull(s);
	else
		teach_codes(s);
	s->entropy = s->entropy_weight > 0 ? step_entropy(s) : 0;
	if (s->net == NET_NONE)
		return;
	pool_run(s->pool, own_chunks(s), encoder_chunk, s);
	if (s->net == NET_CONV)
		step_field_backward(s);
	step_share_maps(s);
}
