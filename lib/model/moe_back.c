#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "model/moe_apply.h"
#include "model/moe_back.h"
#include "model/moe_cosine.h"
#include "model/router.h"
#include "util/mem.h"

#define ROWS ((size_t)256)

/* Is the layer's choice its own softmax's at this stage? */
static bool
is_balanced(const struct moe_layer *l)
{
	switch (l->o->kind) {
	case MOE_BIASED:
	case MOE_HASH:
	case MOE_RANDOM: return false;
	default: return moe_layer_paths(l).continuous > 0 && !l->frozen;
	}
}

/* 1 where row v is left to the gate, as all rows are but a hybrid's. */
static bool
by_gate(const struct moe_layer *l, const struct moe_layer_work *w, size_t v)
{
	return !(l->o->kind == MOE_HYBRID && l->booked) ||
		l->map[w->codes[v]] >= l->o->experts;
}

static double
vq_loss(const struct moe_layer *l, const struct moe_layer_work *w, size_t n)
{
	double sum = 0;

	for (size_t v = 0; v < n; v++) {
		const float *q = l->q + w->codes[v] * l->d;
		const float *u = w->u + v * l->d;

		for (size_t i = 0; i < l->d; i++) {
			double t = (double)q[i] - (double)u[i];

			sum += t * t;
		}
	}
	return sum / (double)(n * l->d);
}

/* F_j E, of the continuous path. */
static double
share(const struct moe_layer *l, const struct moe_layer_work *w, size_t n,
	size_t j)
{
	const struct moe_opts *o = l->o;
	size_t all = w->all ? w->all : n;

	return (double)w->load[j] * (double)o->experts / (double)(all * o->top);
}

struct moe_back_loss
moe_back_losses(
	const struct moe_layer *l, const struct moe_layer_work *w, size_t n)
{
	const struct moe_opts *o = l->o;
	struct moe_back_loss loss = { 0 };
	size_t e = o->experts;

	if (l->booked)
		loss.vq = o->vq_weight * (1 + o->beta) * vq_loss(l, w, n);
	if (!is_balanced(l))
		return loss;
	for (size_t v = 0; v < n; v++) {
		for (size_t j = 0; j < e; j++)
			loss.balance +=
				share(l, w, n, j) * (double)w->p[v * e + j];
		loss.z += w->lse[v] * w->lse[v];
	}
	loss.balance *= o->balance / (double)n;
	loss.z *= o->z_loss / (double)n;
	return loss;
}

struct task {
	struct moe_layer *l;
	struct moe_layer_work *w;
	size_t n, columns;
	float *dgate;         /* [n, s]; of the continuous columns: of weight */
	float *dpaths;        /* [n, 2] by the logits of the path gate */
	float *ds;            /* [n, E] */
	float *du, *dq;       /* [n, d] */
	const float *balance; /* [E] gradient of the balance loss by p */
};

/* gate_j = g_c w_j, the last g_d:  (g_c, g_d) is a softmax of two. */
static void
split_paths(const struct task *t, size_t v)
{
	size_t s = t->columns;
	const float *g = t->w->paths + 2 * v, *w = t->w->weight + v * s;
	float *dgate = t->dgate + v * s, dc = 0, dd = dgate[s - 1];

	for (size_t j = 0; j + 1 < s; j++) {
		dc += w[j] * dgate[j];
		dgate[j] *= g[0];
	}
	t->dpaths[2 * v] = g[0] * g[1] * (dc - dd);
	t->dpaths[2 * v + 1] = -t->dpaths[2 * v];
}

/* w_j = p_j / sum over the chosen:  of p that is dw_j / sum - ..., of the
 * scores of a softmax w_j (dw_j - sum_i w_i dw_i). */
static float
mean_gradient(const float *w, const float *dw, size_t t)
{
	float sum = 0;

	for (size_t j = 0; j < t; j++)
		sum += w[j] * dw[j];
	return sum;
}

/* p_j = sigmoid(s_j). */
static void
back_sigmoid(const struct task *t, size_t v)
{
	size_t e = t->l->o->experts, top = t->l->o->top;
	const uint16_t *chosen = t->w->chosen + v * top;
	const float *w = t->w->weight + v * t->columns;
	const float *dw = t->dgate + v * t->columns, *p = t->w->p + v * e;
	float mean = top > 1 ? mean_gradient(w, dw, top) : 0, sum = 0;

	for (size_t j = 0; j < top; j++)
		sum += p[chosen[j]];
	for (size_t j = 0; j < top; j++) {
		float pj = p[chosen[j]];
		float dp = top > 1 ? (dw[j] - mean) / sum : dw[j];

		t->ds[v * e + chosen[j]] += dp * pj * (1 - pj);
	}
}

/* ds_j += p_j (dp_j - sum_i p_i dp_i), dp the balance loss's and, where the
 * one weight is p itself, the task's;  z: 2 lse p_j. */
static void
back_softmax(const struct task *t, size_t v)
{
	const struct moe_opts *o = t->l->o;
	size_t e = o->experts, top = o->top;
	const uint16_t *chosen = t->w->chosen + v * top;
	const float *w = t->w->weight + v * t->columns;
	const float *dw = t->dgate + v * t->columns, *p = t->w->p + v * e;
	bool balanced = is_balanced(t->l);
	float *ds = t->ds + v * e, dot = 0, z = 0;

	if (balanced) {
		dot = mean_gradient(p, t->balance, e);
		z = (float)(o->z_loss * 2 * t->w->lse[v] / (double)t->n);
	}
	for (size_t j = 0; balanced && j < e; j++)
		ds[j] = p[j] * (t->balance[j] - dot + z);
	if (!by_gate(t->l, t->w, v))
		return;
	if (top > 1) {
		float mean = mean_gradient(w, dw, top);

		for (size_t j = 0; j < top; j++)
			ds[chosen[j]] += w[j] * (dw[j] - mean);
		return;
	}
	for (size_t j = 0; j < e; j++)
		ds[j] -= p[j] * p[chosen[0]] * dw[0];
	ds[chosen[0]] += p[chosen[0]] * dw[0];
}

/* vq_weight |q - sg u|^2 and its part beta, means over n d numbers. */
static void
back_code(const struct task *t, size_t v)
{
	const struct moe_layer *l = t->l;
	const struct moe_opts *o = l->o;
	const float *q = l->q + t->w->codes[v] * l->d;
	const float *u = t->w->u + v * l->d;
	float scale = (float)(2 * o->vq_weight / (double)(t->n * l->d));
	float beta = (float)o->beta;

	for (size_t i = 0; i < l->d; i++) {
		float g = scale * (q[i] - u[i]);

		t->dq[v * l->d + i] = g;
		t->du[v * l->d + i] -= beta * g;
	}
}

static bool
learns_scores(const struct moe_layer *l)
{
	enum moe_kind k = l->o->kind;

	return moe_layer_paths(l).continuous > 0 && k != MOE_HASH &&
		k != MOE_RANDOM && !(k == MOE_KMEANS && l->frozen);
}

static void
rows_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct moe_layer *l = t->l;
	size_t from = chunk * ROWS, end = from + ROWS;

	(void)worker;
	for (size_t v = from; v < end && v < t->n; v++) {
		if (l->gate.in && l->booked)
			split_paths(t, v);
		if (t->ds && l->o->kind == MOE_BIASED)
			back_sigmoid(t, v);
		else if (t->ds)
			back_softmax(t, v);
		if (l->booked)
			back_code(t, v);
	}
}

static void
back_scores(const struct task *t, struct pool *pool)
{
	struct moe_layer *l = t->l;
	struct params *ps = l->ps;
	float *da;

	if (!l->proj.in) {
		dense_backward(
			&l->router, ps, pool, t->w->u, t->ds, t->n, t->du);
		return;
	}
	da = mem_floats(t->n * MOE_COSINE_DIMS);
	moe_cosine_backward(t->w->low, t->n,
		params_in(ps, ps->w, l->router.weight), l->o->experts,
		MOE_COSINE_DIMS, params_in(ps, ps->w, l->temperature)[0], t->ds,
		da, params_in(ps, ps->g, l->router.weight),
		params_in(ps, ps->g, l->temperature));
	dense_backward(&l->proj, ps, pool, t->w->u, da, t->n, t->du);
	free(da);
}

static void
back_all(const struct task *t, struct pool *pool, float *dh)
{
	struct moe_layer *l = t->l;
	size_t n = t->n * l->d;

	if (t->ds)
		back_scores(t, pool);
	if (l->gate.in && l->booked)
		dense_backward(
			&l->gate, l->ps, pool, t->w->u, t->dpaths, t->n, t->du);
	if (l->booked && !l->o->freeze_codes && l->book.type->backward)
		l->book.type->backward(
			&l->book, pool, t->w->codes, t->dq, t->n);
	if (l->norm.d)
		norm_backward(&l->norm, l->ps, pool, t->w->h, t->du, t->n, dh);
	else
		axpy(1, t->du, n, dh);
}

void
moe_back_layer(struct moe_layer *l, struct moe_layer_work *w, size_t n,
	struct pool *pool, const float *dy, float *dh)
{
	size_t e = l->o->experts, s = moe_layer_columns(l);
	struct task t = { .l = l, .w = w, .n = n, .columns = s };
	float *balance = mem_zfloats(e);

	for (size_t j = 0; j < e; j++)
		balance[j] =
			(float)(l->o->balance * share(l, w, n, j) / (double)n);
	t.balance = balance;
	t.dgate = mem_floats(n * s);
	t.dpaths = mem_floats(2 * n);
	t.du = mem_floats(n * l->d);
	t.dq = mem_floats(l->booked ? n * l->d : 0);
	t.ds = learns_scores(l) ? mem_zfloats(n * e) : NULL;
	moe_apply_backward(l, w, n, pool, dy, t.dgate, t.du);
	pool_run(pool, (n + ROWS - 1) / ROWS, rows_chunk, &t);
	back_all(&t, pool, dh);
	free(balance);
	free(t.dgate);
	free(t.dpaths);
	free(t.du);
	free(t.dq);
	free(t.ds);
}
