#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/sgemm.h"
#include "model/moe_usage.h"
#include "util/mem.h"

#define ROWS ((size_t)64) /* a task */

struct task {
	struct moe_layer *l;
	const struct moe_layer_work *w;
	size_t n;
	float *p;         /* [n, K] */
	double *mean;     /* [K] of p over rows */
	double *dmean;    /* [K] gradient of the loss by it */
	float *dq, *half; /* [K, d]; [K] |Q_j|^2 / 2 */
	double t;
};

static double
square_distance(const float *a, const float *b, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++) {
		double x = (double)a[i] - (double)b[i];

		sum += x * x;
	}
	return sum;
}

/* T, and half the codes' squared lengths. */
static void
measure(struct task *t)
{
	const struct moe_layer *l = t->l;
	double sum = 0;

	for (size_t v = 0; v < t->n; v++)
		sum += square_distance(
			t->w->u + v * l->d, l->q + t->w->codes[v] * l->d, l->d);
	t->t = sum > 0 ? sum / (double)t->n : 1;
	for (size_t j = 0; j < l->book.k; j++) {
		double norm = 0;

		for (size_t i = 0; i < l->d; i++)
			norm += (double)l->q[j * l->d + i] *
				(double)l->q[j * l->d + i];
		t->half[j] = (float)(norm / 2);
	}
}

/* p_v of a row of scores u.Q_j, in place. */
static void
soften(const struct task *t, float *s)
{
	size_t k = t->l->book.k;
	double most = -INFINITY, sum = 0;

	for (size_t j = 0; j < k; j++) {
		s[j] = (float)((double)(s[j] - t->half[j]) / t->t);
		most = fmax(most, (double)s[j]);
	}
	for (size_t j = 0; j < k; j++) {
		s[j] = (float)exp((double)s[j] - most);
		sum += (double)s[j];
	}
	for (size_t j = 0; j < k; j++)
		s[j] = (float)((double)s[j] / sum);
}

static void
soften_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct moe_layer *l = t->l;
	size_t v = chunk * ROWS, n = t->n - v < ROWS ? t->n - v : ROWS;
	size_t k = l->book.k;

	(void)worker;
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 't',
		.m = n,
		.n = k,
		.k = l->d,
		.alpha = 1,
		.a = t->w->u + v * l->d,
		.lda = l->d,
		.b = l->q,
		.ldb = l->d,
		.c = t->p + v * k,
		.ldc = k });
	for (size_t r = v; r < v + n; r++)
		soften(t, t->p + r * k);
}

/* 1 - H / log K, and dmean = (log mean + 1) / log K. */
static double
entropy_loss(struct task *t)
{
	size_t k = t->l->book.k;
	double loss = 1, scale = 1 / log((double)k);

	memset(t->mean, 0, k * sizeof(*t->mean));
	for (size_t v = 0; v < t->n; v++)
		for (size_t j = 0; j < k; j++)
			t->mean[j] += (double)t->p[v * k + j] / (double)t->n;
	for (size_t j = 0; j < k; j++) {
		double p = fmax(t->mean[j], 1e-30);

		loss += t->mean[j] * log(p) * scale;
		t->dmean[j] = (log(p) + 1) * scale;
	}
	return loss;
}

/* p_v to the gradient of its scores, in place:
 * ds_j = p_j (g_j - sum_i p_i g_i) / n. */
static void
back_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t v = chunk * ROWS, n = t->n - v < ROWS ? t->n - v : ROWS;
	size_t k = t->l->book.k;

	(void)worker;
	for (size_t r = v; r < v + n; r++) {
		float *p = t->p + r * k;
		double dot = 0;

		for (size_t j = 0; j < k; j++)
			dot += (double)p[j] * t->dmean[j];
		for (size_t j = 0; j < k; j++)
			p[j] = (float)((double)p[j] * (t->dmean[j] - dot) /
				(double)t->n);
	}
}

/* s_j = (u . Q_j - |Q_j|^2 / 2) / T:  dQ_j = sum_v ds_vj (u_v - Q_j) / T. */
static void
back(struct task *t, struct pool *pool, double weight)
{
	struct moe_layer *l = t->l;
	size_t k = l->book.k, d = l->d;
	float factor = (float)(weight / t->t);
	uint32_t *all = mem_alloc(k, sizeof(*all));

	pool_run(pool, (t->n + ROWS - 1) / ROWS, back_chunk, t);
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = k,
		.n = d,
		.k = t->n,
		.alpha = factor,
		.a = t->p,
		.lda = k,
		.b = t->w->u,
		.ldb = d,
		.c = t->dq,
		.ldc = d });
	for (size_t j = 0; j < k; j++) {
		double sum = 0;

		all[j] = (uint32_t)j;
		for (size_t v = 0; v < t->n; v++)
			sum += (double)t->p[v * k + j];
		for (size_t i = 0; i < d; i++)
			t->dq[j * d + i] -=
				factor * (float)sum * l->q[j * d + i];
	}
	l->book.type->backward(&l->book, pool, all, t->dq, k);
	free(all);
}

double
moe_usage_loss(struct moe_layer *l, const struct moe_layer_work *w, size_t n,
	struct pool *pool, bool backward)
{
	size_t k = l->book.k;
	double weight = l->o->code_entropy, loss;
	struct task t = { .l = l, .w = w, .n = n };

	if (!l->booked || !(weight > 0) || k < 2)
		return 0;
	t.p = mem_floats(n * k);
	t.mean = mem_alloc(k, sizeof(*t.mean));
	t.dmean = mem_alloc(k, sizeof(*t.dmean));
	t.dq = mem_floats(k * l->d);
	t.half = mem_floats(k);
	measure(&t);
	pool_run(pool, (n + ROWS - 1) / ROWS, soften_chunk, &t);
	loss = weight * entropy_loss(&t);
	if (backward && l->book.type->backward && !l->o->freeze_codes)
		back(&t, pool, weight);
	free(t.p);
	free(t.mean);
	free(t.dmean);
	free(t.dq);
	free(t.half);
	return loss;
}
