#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/moe_back.h"
#include "model/moe_ranks.h"
#include "model/moe_step.h"
#include "model/moe_usage.h"
#include "nn/loss.h"
#include "util/mem.h"

#define BIAS_RATE 1e-3f /* of a biased router's choice (arXiv 2412.19437) */

/* Targets as the head gives them; without a head as they are. */
static float *
scaled_targets(const struct moe *m, const struct moe_batch *b)
{
	bool head = m->o.head == MOE_REAL;
	float scale = head ? m->target_scale : 1;
	size_t o = moe_outputs(m);
	float *to = mem_floats(b->n * o);

	for (size_t v = 0; v < b->n; v++)
		for (size_t i = 0; i < o; i++)
			to[v * o + i] =
				(b->real[v * o + i] -
					(head ? m->target_mean[i] : 0)) /
				scale;
	return to;
}

/* Of w->out; dout [n, outputs] or NULL. */
static double
task_loss(const struct moe *m, const struct moe_batch *b,
	const struct moe_work *w, float *dout, size_t *right)
{
	size_t o = moe_outputs(m);
	double square = pow((double)m->target_scale, 2), loss;
	float *target;

	*right = 0;
	if (m->o.head == MOE_CLASSES)
		return loss_classes(
			m->pool, w->out, b->class, b->n, o, dout, right);
	target = scaled_targets(m, b);
	loss = loss_squares(m->pool, w->out, target, b->n, o, dout);
	free(target);
	if (m->o.head != MOE_BARE)
		return loss;
	/* Over the variance here too, but what is given stays as it is. */
	for (size_t i = 0; dout && i < b->n * o; i++)
		dout[i] *= (float)(1 / square);
	return loss / square;
}

double
moe_step_evaluate(const struct moe *m, const struct moe_batch *b,
	struct moe_work *w, size_t *right)
{
	moe_forward(m, b, w, m->o.layers);
	return task_loss(m, b, w, NULL, right);
}

static void
add_losses(struct moe *m, const struct moe_work *w, size_t n,
	struct moe_figures *f)
{
	for (size_t l = 0; l < m->o.layers; l++) {
		struct moe_back_loss loss =
			moe_back_losses(&m->layer[l], &w->layer[l], n);

		f->vq += loss.vq;
		f->usage += moe_usage_loss(
			&m->layer[l], &w->layer[l], n, m->pool, false);
		f->balance += loss.balance;
		f->z += loss.z;
	}
	f->loss = f->task + f->vq + f->usage + f->balance + f->z;
}

/* dh [n, width] of h0, the output of the input map. */
static void
back_input(struct moe *m, const struct moe_batch *b, const struct moe_work *w,
	const float *dh)
{
	if (m->linear.in)
		dense_backward(
			&m->linear, &m->ps, m->pool, w->x, dh, b->n, NULL);
	if (m->o.input == MOE_EMBEDDING)
		embed_backward(&m->embed, &m->ps, m->pool, b->token, dh, b->n);
}

/* h += y(h):  dh = dy + ..., layer by layer from the last. */
static void
back(struct moe *m, const struct moe_batch *b, struct moe_work *w,
	const float *dout)
{
	size_t size = b->n * m->o.width;
	float *dh = mem_zfloats(size), *dy = mem_floats(size);

	for (size_t l = 0; l < m->o.layers; l++)
		moe_usage_loss(&m->layer[l], &w->layer[l], b->n, m->pool, true);
	if (m->o.head == MOE_BARE) {
		moe_back_layer(
			&m->layer[0], &w->layer[0], b->n, m->pool, dout, dh);
	} else {
		float *dlast = mem_zfloats(size);

		dense_backward(
			&m->head, &m->ps, m->pool, w->last, dout, b->n, dlast);
		norm_backward(&m->norm, &m->ps, m->pool, w->h, dlast, b->n, dh);
		free(dlast);
		for (size_t l = m->o.layers; l-- > 0;) {
			memcpy(dy, dh, size * sizeof(*dy));
			moe_back_layer(&m->layer[l], &w->layer[l], b->n,
				m->pool, dy, dh);
		}
		back_input(m, b, w, dh);
	}
	free(dh);
	free(dy);
}

bool
moe_step_gradient(struct moe *m, const struct moe_batch *b, struct moe_work *w,
	struct moe_figures *f)
{
	struct moe_batch own = moe_ranks_batch(m, b);
	float *dout = mem_floats(own.n * moe_outputs(m));
	bool shared = ranks_count() > 1;

	*f = (struct moe_figures){ 0 };
	moe_forward(m, &own, w, m->o.layers);
	f->task = task_loss(m, &own, w, dout, &f->right);
	if (shared)
		moe_ranks_loads(m, w, b->n);
	add_losses(m, w, own.n, f);
	if (shared)
		moe_ranks_figures(f, own.n, b->n);
	if (isfinite(f->loss)) {
		back(m, &own, w, dout);
		if (shared) {
			moe_ranks_gradient(m, own.n, b->n);
			moe_ranks_rows(m, w, b->n);
		}
	}
	free(dout);
	return isfinite(f->loss);
}

/* DeepSeek: an expert with more than the mean load is chosen less. */
static void
move_choice(struct moe_layer *l, const struct moe_layer_work *w, size_t n)
{
	size_t e = l->o->experts, all = n * l->o->top;

	for (size_t j = 0; l->choice && j < e; j++) {
		size_t load = w->load[j] * e;

		if (load > all)
			l->choice[j] -= BIAS_RATE;
		else if (load < all)
			l->choice[j] += BIAS_RATE;
	}
}

/* Tables that learn otherwise than by gradient. */
static void
move_book(struct moe *m, struct moe_layer *l, const struct moe_layer_work *w,
	size_t n)
{
	if (l->booked && !m->o.freeze_codes && l->book.type->moved)
		l->book.type->moved(
			&l->book, m->pool, w->u, w->codes, n, &m->rng);
}

bool
moe_step_run(struct moe *m, const struct moe_batch *b, struct moe_work *w,
	struct moe_figures *f)
{
	bool done = moe_step_gradient(m, b, w, f);

	if (done) {
		f->norm = adam_step(&m->adam, &m->ps, m->pool);
		done = isfinite(f->norm);
	}
	if (!done)
		return false;
	for (size_t l = 0; l < m->o.layers; l++) {
		move_choice(&m->layer[l], &w->layer[l], b->n);
		move_book(m, &m->layer[l], &w->layer[l], b->n);
	}
	moe_pack(m);
	return true;
}
