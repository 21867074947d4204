#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/exp.h"
#include "kernel/sgemm.h"
#include "quant/soft_codes.h"
#include "util/mem.h"

#define ROWS ((size_t)64)   /* of x, a task */
#define CODES ((size_t)128) /* the same */

double
soft_codes_distance(
	const float *x, const float *q, const uint32_t *idx, size_t n, size_t d)
{
	double sum = 0;

	for (size_t v = 0; v < n; v++)
		for (size_t i = 0; i < d; i++) {
			double t = (double)x[v * d + i] -
				(double)q[idx[v] * d + i];

			sum += t * t;
		}
	return sum > 0 ? sum / (double)n : 1;
}

static size_t
tasks(size_t n, size_t size)
{
	return (n + size - 1) / size;
}

static size_t
part_of(size_t n, size_t from, size_t size)
{
	return n - from < size ? n - from : size;
}

/* s [k]: x.q_j, to log p in place; p; returns H(p) = -sum p log p. */
static double
soften(const struct soft_codes *c, float *s, float *p)
{
	float scale = (float)(2 / c->temperature), most = -INFINITY;
	double sum = 0, mean = 0, scale_p, log_sum;

	for (size_t j = 0; j < c->k; j++) {
		s[j] = (s[j] - c->half[j]) * scale;
		most = s[j] > most ? s[j] : most;
	}
	for (size_t j = 0; j < c->k; j++)
		s[j] -= most;
	exp_floats(s, c->k, p);
	for (size_t j = 0; j < c->k; j++) {
		sum += (double)p[j];
		mean += (double)p[j] * (double)s[j];
	}
	scale_p = 1 / sum;
	log_sum = log(fmax(sum, 1)); /* the largest alone gives 1 */
	for (size_t j = 0; j < c->k; j++) {
		p[j] = (float)((double)p[j] * scale_p);
		s[j] -= (float)log_sum;
	}
	return log_sum - mean * scale_p;
}

static void
soften_chunk(void *arg, size_t chunk, size_t worker)
{
	struct soft_codes *c = arg;
	size_t v = chunk * ROWS, n = part_of(c->n, v, ROWS), k = c->k;

	(void)worker;
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 't',
		.m = n,
		.n = k,
		.k = c->d,
		.alpha = 1,
		.a = c->x + v * c->d,
		.lda = c->d,
		.b = c->q,
		.ldb = c->d,
		.c = c->log_p + v * k,
		.ldc = k });
	for (; n > 0; n--, v++)
		c->h[v] = soften(c, c->log_p + v * k, c->p + v * k);
}

/* The sums of some columns of c->p. */
static void
sum_columns(const struct soft_codes *c, size_t from, size_t n, double *sum)
{
	memset(sum, 0, n * sizeof(*sum));
	for (size_t v = 0; v < c->n; v++)
		for (size_t j = 0; j < n; j++)
			sum[j] += (double)c->p[v * c->k + from + j];
}

static void
mean_chunk(void *arg, size_t chunk, size_t worker)
{
	struct soft_codes *c = arg;
	size_t j = chunk * CODES, n = part_of(c->k, j, CODES);
	double sum[CODES];

	(void)worker;
	sum_columns(c, j, n, sum);
	for (size_t i = 0; i < n; i++)
		c->log_mean[j + i] = sum[i] / (double)c->n;
}

void
soft_codes_open(struct soft_codes *c, struct pool *pool)
{
	double per = 1 / log((double)c->k);

	c->p = mem_floats(c->n * c->k);
	c->log_p = mem_floats(c->n * c->k);
	c->h = mem_alloc(c->n, sizeof(*c->h));
	c->log_mean = mem_alloc(c->k, sizeof(*c->log_mean));
	c->half = mem_floats(c->k);
	for (size_t j = 0; j < c->k; j++) {
		double sum = 0;

		for (size_t i = 0; i < c->d; i++)
			sum += (double)c->q[j * c->d + i] *
				(double)c->q[j * c->d + i];
		c->half[j] = (float)(sum / 2);
	}
	pool_run(pool, tasks(c->n, ROWS), soften_chunk, c);
	pool_run(pool, tasks(c->k, CODES), mean_chunk, c);
	c->each = c->all = 0;
	for (size_t v = 0; v < c->n; v++)
		c->each += c->h[v] * per / (double)c->n;
	for (size_t j = 0; j < c->k; j++) {
		double mean = c->log_mean[j];

		c->log_mean[j] = log(fmax(mean, 1e-30));
		c->all -= mean * c->log_mean[j] * per;
	}
}

struct back {
	struct soft_codes *c;
	double each, all; /* by these, with 1 / (n log k) */
	float *dx, *dq;
};

/* p_v to the gradient of its scores s_j = -|x - q_j|^2 / T, in place:
 * all = -sum m log m / log k has g_j = -(log m_j + 1) / log k by m_j, and with
 * dp_j / ds_i = p_j (1[i = j] - p_i) that is p_j (g_j - sum p g) / n; the 1 of
 * all g_j drops out.  each: -p_j (log p_j + H) / (n log k). */
static void
score_row(const struct back *b, size_t v)
{
	const struct soft_codes *c = b->c;
	const double *m = c->log_mean;
	const float *lp = c->log_p + v * c->k;
	float *p = c->p + v * c->k;
	double dot = 0;

	for (size_t j = 0; j < c->k; j++)
		dot += (double)p[j] * m[j];
	for (size_t j = 0; j < c->k; j++)
		p[j] = (float)(-(double)p[j] *
			(b->all * (m[j] - dot) +
				b->each * ((double)lp[j] + c->h[v])));
}

/* dx_v = (2 / T) sum_j ds_vj (q_j - x_v), and sum_j ds_vj = 0. */
static void
rows_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct back *b = arg;
	const struct soft_codes *c = b->c;
	size_t v = chunk * ROWS, n = part_of(c->n, v, ROWS);

	(void)worker;
	for (size_t i = v; i < v + n; i++)
		score_row(b, i);
	if (!b->dx)
		return;
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 'n',
		.m = n,
		.n = c->d,
		.k = c->k,
		.alpha = (float)(2 / c->temperature),
		.a = c->p + v * c->k,
		.lda = c->k,
		.b = c->q,
		.ldb = c->d,
		.c = b->dx + v * c->d,
		.ldc = c->d });
}

/* dq_j = (2 / T) sum_v ds_vj (x_v - q_j). */
static void
codes_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct back *b = arg;
	const struct soft_codes *c = b->c;
	size_t j = chunk * CODES, n = part_of(c->k, j, CODES), d = c->d;
	double factor = 2 / c->temperature, sum[CODES];
	float *dq = b->dq + j * d;

	(void)worker;
	sum_columns(c, j, n, sum);
	sgemm_run(&(struct sgemm){ .ta = 't',
		.tb = 'n',
		.m = n,
		.n = d,
		.k = c->n,
		.alpha = (float)factor,
		.a = c->p + j,
		.lda = c->k,
		.b = c->x,
		.ldb = d,
		.c = dq,
		.ldc = d });
	for (size_t i = 0; i < n * d; i++)
		dq[i] -= (float)(factor * sum[i / d]) * c->q[j * d + i];
}

void
soft_codes_back(struct soft_codes *c, struct pool *pool, double by_each,
	double by_all, float *dx, float *dq)
{
	double per = 1 / ((double)c->n * log((double)c->k));
	struct back b = { c, by_each * per, by_all * per, dx, dq };

	pool_run(pool, tasks(c->n, ROWS), rows_chunk, &b);
	if (dq) /* of the scores' gradients, which are there now */
		pool_run(pool, tasks(c->k, CODES), codes_chunk, &b);
}

void
soft_codes_free(struct soft_codes *c)
{
	free(c->p);
	free(c->log_p);
	free(c->h);
	free(c->log_mean);
	free(c->half);
	*c = (struct soft_codes){ 0 };
}
