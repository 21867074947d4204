#include <stdlib.h>
#include <string.h>

#include "kernel/sgemm.h"
#include "quant/components.h"
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
components_find(const float *x, size_t n, size_t dim, size_t d, float *p,
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

int
components_fit(const float *x, const float *q, size_t n, size_t dim, size_t d,
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

float *
components_centred(const float *x, size_t n, size_t d, double *mean)
{
	float *c = mem_floats(n * d);

	memset(mean, 0, d * sizeof(*mean));
	for (size_t i = 0; i < n * d; i++)
		mean[i % d] += (double)x[i] / (double)n;
	for (size_t i = 0; i < n * d; i++)
		c[i] = (float)((double)x[i] - mean[i % d]);
	return c;
}

int
components_fit_affine(const float *x, const float *u, size_t n, size_t d,
	size_t m, float *w, float *b, struct err *e)
{
	float *one = mem_floats(n * (m + 1)), *map = mem_floats(d * (m + 1));
	int status;

	for (size_t v = 0; v < n; v++) {
		memcpy(one + v * (m + 1), u + v * m, m * sizeof(*u));
		one[v * (m + 1) + m] = 1;
	}
	status = components_fit(x, one, n, d, m + 1, map, e);
	for (size_t i = 0; i < d && status == 0; i++) {
		memcpy(w + i * m, map + i * (m + 1), m * sizeof(*w));
		b[i] = map[i * (m + 1) + m];
	}
	free(one);
	free(map);
	return status;
}
