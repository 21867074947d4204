#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/exp.h"
#include "kernel/sgemm.h"
#include "nn/attention.h"
#include "util/mem.h"

#define ROWS ((size_t)64) /* queries at once */
#define LANES ((size_t)8) /* sums side by side, added in order */

struct task {
	const struct attention *a;
	const float *in, *dout;
	size_t n;
	float *out, *din;
};

/* One head's part of the arrays, for some of the queries. */
struct head {
	const struct task *t;
	size_t m, ld;                     /* numbers of a vector; of a row */
	size_t at;                        /* first number of the head */
	const float *query, *key, *value; /* of row 0 */
	float scale;
};

static struct head
head_of(const struct task *t, size_t i)
{
	size_t w = t->a->width, m = w / t->a->heads;

	return (struct head){ .t = t,
		.m = m,
		.ld = 3 * w,
		.at = i * m,
		.query = t->in + i * m,
		.key = t->in + w + i * m,
		.value = t->in + 2 * w + i * m,
		.scale = 1 / sqrtf((float)m) };
}

static float
largest(const float *x, size_t n)
{
	float most = x[0];

	for (size_t i = 1; i < n; i++)
		most = x[i] > most ? x[i] : most;
	return most;
}

/* The sum of x_i y_i; y may be NULL for ones. */
static float
sum_of(const float *x, const float *y, size_t n)
{
	float sum[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			sum[j] += y ? x[i + j] * y[i + j] : x[i + j];
	for (size_t j = 0; i + j < n; j++)
		sum[j] += y ? x[i + j] * y[i + j] : x[i + j];
	for (size_t j = 1; j < LANES; j++)
		sum[0] += sum[j];
	return sum[0];
}

static void
soften(float *s, size_t n)
{
	float most = largest(s, n), by;

	for (size_t i = 0; i < n; i++)
		s[i] -= most;
	exp_floats(s, n, s);
	by = 1 / sum_of(s, NULL, n);
	for (size_t i = 0; i < n; i++)
		s[i] *= by;
}

/* p [rows, n] of the queries v .. v + rows. */
static void
weights(const struct head *h, size_t v, size_t rows, float *p)
{
	size_t n = h->t->n;

	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 't',
		.m = rows,
		.n = n,
		.k = h->m,
		.alpha = h->scale,
		.a = h->query + v * h->ld,
		.lda = h->ld,
		.b = h->key,
		.ldb = h->ld,
		.c = p,
		.ldc = n });
	for (size_t r = 0; r < rows; r++)
		soften(p + r * n, n);
}

static size_t
chunks_of(const struct task *t)
{
	return (t->n + ROWS - 1) / ROWS;
}

static void
forward_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	struct head h = head_of(t, chunk / chunks_of(t));
	size_t v = chunk % chunks_of(t) * ROWS;
	size_t rows = t->n - v < ROWS ? t->n - v : ROWS;
	float *p = mem_floats(rows * t->n);

	(void)worker;
	weights(&h, v, rows, p);
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 'n',
		.m = rows,
		.n = h.m,
		.k = t->n,
		.alpha = 1,
		.a = p,
		.lda = t->n,
		.b = h.value,
		.ldb = h.ld,
		.c = t->out + v * t->a->width + h.at,
		.ldc = t->a->width });
	free(p);
}

void
attention_forward(const struct attention *a, struct pool *pool, const float *in,
	size_t n, float *out)
{
	struct task t = { .a = a, .in = in, .n = n, .out = out };

	pool_run(pool, a->heads * chunks_of(&t), forward_chunk, &t);
}

/* c [m of a head] += alpha op(a) b for n or `rows` rows of it. */
static void
add_product(const struct head *h, char ta, size_t m, size_t k, float alpha,
	const float *a, const float *b, size_t ldb, float *c)
{
	sgemm_run(&(struct sgemm){ .ta = ta,
		.tb = 'n',
		.m = m,
		.n = h->m,
		.k = k,
		.alpha = alpha,
		.a = a,
		.lda = h->t->n,
		.b = b,
		.ldb = ldb,
		.beta = 1,
		.c = c,
		.ldc = h->ld });
}

/* out = p value:  dvalue += p^T dout;  dp = dout value^T;
 * p = softmax(s):  ds = p (dp - sum p dp);
 * s = scale query key^T:  dquery += scale ds key;  dkey += scale ds^T query */
static void
back_rows(const struct head *h, size_t v, size_t rows, float *p, float *dp)
{
	const struct task *t = h->t;
	size_t n = t->n, w = t->a->width;
	const float *dout = t->dout + v * w + h->at;
	float *din = t->din + h->at;

	weights(h, v, rows, p);
	add_product(h, 't', n, rows, 1, p, dout, w, din + 2 * w);
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 't',
		.m = rows,
		.n = n,
		.k = h->m,
		.alpha = 1,
		.a = dout,
		.lda = w,
		.b = h->value,
		.ldb = h->ld,
		.c = dp,
		.ldc = n });
	for (size_t r = 0; r < rows; r++) {
		float *row = dp + r * n, mean = sum_of(p + r * n, row, n);

		for (size_t i = 0; i < n; i++)
			row[i] = p[r * n + i] * (row[i] - mean);
	}
	add_product(
		h, 'n', rows, n, h->scale, dp, h->key, h->ld, din + v * h->ld);
	add_product(h, 't', n, rows, h->scale, dp, h->query + v * h->ld, h->ld,
		din + w);
}

/* A head, its queries in order: keys and values add up over them. */
static void
back_head(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	struct head h = head_of(t, chunk);
	float *p = mem_floats(ROWS * t->n), *dp = mem_floats(ROWS * t->n);

	(void)worker;
	for (size_t v = 0; v < t->n; v += ROWS)
		back_rows(&h, v, t->n - v < ROWS ? t->n - v : ROWS, p, dp);
	free(p);
	free(dp);
}

void
attention_backward(const struct attention *a, struct pool *pool,
	const float *in, const float *dout, size_t n, float *din)
{
	struct task t = { .a = a, .in = in, .dout = dout, .n = n, .din = din };

	memset(din, 0, 3 * n * a->width * sizeof(*din));
	pool_run(pool, a->heads, back_head, &t);
}
