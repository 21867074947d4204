#include <stdlib.h>
#include <string.h>

#include "kernel/prune.h"
#include "kernel/sgemm.h"
#include "model/start.h"
#include "quant/kmeans.h"
#include "util/mem.h"

#define CHUNK ((size_t)1024) /* rows summed in float before double */

/* sum [p, q] = a^T b over n rows of a [n, p] and b [n, q]. */
static void
cross_sums(const float *a, size_t p, const float *b, size_t q, size_t n,
	double *sum)
{
	float *part = mem_floats(p * q);

	memset(sum, 0, p * q * sizeof(*sum));
	for (size_t v = 0; v < n; v += CHUNK) {
		size_t m = n - v < CHUNK ? n - v : CHUNK;

		sgemm_run(&(struct sgemm){ .ta = 't',
			.tb = 'n',
			.m = p,
			.n = q,
			.k = m,
			.alpha = 1,
			.a = a + v * p,
			.lda = p,
			.b = b + v * q,
			.ldb = q,
			.c = part,
			.ldc = q });
		for (size_t i = 0; i < p * q; i++)
			sum[i] += (double)part[i];
	}
	free(part);
}

int
start_components(const float *x, size_t n, size_t dim, size_t d, float *p,
	double *variance, struct err *e)
{
	double *cov = mem_alloc(dim * dim, sizeof(*cov));
	double *vec = mem_alloc(dim * dim, sizeof(*vec));
	double *val = mem_alloc(dim, sizeof(*val));
	int status = 0;

	cross_sums(x, dim, x, dim, n, cov);
	if (sgemm_eigen(cov, dim, vec, val) != 0)
		status = err_set(e, "principal components did not converge");
	for (size_t i = 0; i < d && status == 0; i++) {
		variance[i] = val[i] > 0 ? val[i] / (double)n : 0;
		for (size_t j = 0; j < dim; j++)
			p[i * dim + j] = (float)vec[i * dim + j];
	}
	free(cov);
	free(vec);
	free(val);
	return status;
}

void
start_draw(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	float *table)
{
	size_t *row = mem_alloc(n, sizeof(*row));

	for (size_t v = 0; v < n; v++)
		row[v] = v;
	rng_shuffle(r, row, n);
	for (size_t j = 0; j < k; j++)
		memcpy(table + j * d, x + row[j] * d, d * sizeof(*table));
	free(row);
}

struct find {
	const struct quantizer *q;
	size_t column, n, width;
	const float *part;
	const uint32_t *prev;
	uint32_t *idx;
};

static void
find_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct find *t = arg;
	size_t v = chunk * PRUNE_ROWS, left = t->n - v;
	size_t n = left < PRUNE_ROWS ? left : PRUNE_ROWS;
	float *work = mem_floats(quantizer_find_work(t->q));

	(void)worker;
	quantizer_find(t->q, t->column, t->part + v * t->width, n,
		t->prev ? t->prev + v : NULL, 1, t->idx + v, work);
	free(work);
}

void
start_find(const struct quantizer *q, size_t column, const float *part,
	size_t n, const uint32_t *prev, struct pool *pool, uint32_t *idx)
{
	struct find t = { q, column, n, quantizer_width(q, column), part, prev,
		idx };

	pool_run(pool, (n + PRUNE_ROWS - 1) / PRUNE_ROWS, find_chunk, &t);
}

void
start_tables(struct quantizer *q, const float *z, size_t n, size_t k,
	size_t iterations, struct pool *pool)
{
	struct kmeans o = { k, iterations, 0 };
	float *r = mem_floats(n * q->d);
	uint32_t *idx = mem_alloc(n, sizeof(*idx));

	memcpy(r, z, n * q->d * sizeof(*r));
	for (size_t c = 0; c < quantizer_columns(q); c++) {
		size_t d = quantizer_width(q, c);
		float *part = mem_floats(n * d), *table = mem_floats(k * d);

		quantizer_take(q, c, r, n, part);
		memcpy(table, q->book[c].q, k * d * sizeof(*table));
		kmeans_lloyd(&o, part, n, d, pool, table);
		quantizer_set(q, c, table, k);
		start_find(q, c, part, n, NULL, pool, idx);
		quantizer_add(q, c, idx, NULL, 1, n, -1, r);
		free(part);
		free(table);
	}
	free(r);
	free(idx);
}

int
start_decoder(const float *x, const float *q, size_t n, size_t dim, size_t d,
	float *b, struct err *e)
{
	double *qq = mem_alloc(d * d, sizeof(*qq)), trace = 0;
	double *xq = mem_alloc(dim * d, sizeof(*xq));
	int status = 0;

	cross_sums(q, d, q, d, n, qq);
	cross_sums(x, dim, q, d, n, xq);
	for (size_t i = 0; i < d; i++)
		trace += qq[i * d + i];
	/* A dimension that no code uses must not make the system singular. */
	for (size_t i = 0; i < d; i++)
		qq[i * d + i] += 1e-6 * trace / (double)d + 1e-30;
	if (sgemm_solve(qq, d, xq, dim) != 0)
		status = err_set(e, "the decoder's equations are singular");
	for (size_t i = 0; i < dim * d && status == 0; i++)
		b[i] = (float)xq[i];
	free(qq);
	free(xq);
	return status;
}
