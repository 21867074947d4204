#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/sgemm.h"
#include "model/moe_probe.h"
#include "util/mem.h"

/* The outputs of all experts: expert j at token v is row j * n + v. */
static float *
all_outputs(
	const struct moe_layer *l, const float *u, size_t n, struct pool *pool)
{
	size_t e = l->o->experts, d = l->d;
	float *in = mem_floats(e * n * d), *out = mem_floats(e * n * d);
	size_t *offset = mem_alloc(e + 1, sizeof(*offset));
	struct expert_rows r = { .offset = offset, .in = in, .out = out };

	for (size_t j = 0; j <= e; j++)
		offset[j] = j * n;
	for (size_t j = 0; j < e; j++)
		memcpy(in + j * n * d, u, n * d * sizeof(*in));
	expert_forward(&l->experts, pool, &r);
	free(in);
	free(offset);
	return out;
}

/* sum += x / |x|; returns |x / |x||^2: 0 of nothing, else 1. */
static double
add_unit(const float *x, size_t d, double *sum)
{
	double norm = 0;

	for (size_t i = 0; i < d; i++)
		norm += (double)x[i] * (double)x[i];
	if (!(norm > 0))
		return 0;
	norm = 1 / sqrt(norm);
	for (size_t i = 0; i < d; i++)
		sum[i] += (double)x[i] * norm;
	return 1;
}

/* The cosines of all pairs of unit vectors add up to
 * (|their sum|^2 - how many) / 2. */
static double
similarity(const float *out, size_t e, size_t n, size_t d)
{
	double *sum = mem_alloc(d, sizeof(*sum)), all = 0;

	for (size_t v = 0; v < n; v++) {
		memset(sum, 0, d * sizeof(*sum));
		for (size_t j = 0; j < e; j++)
			all -= add_unit(out + (j * n + v) * d, d, sum);
		for (size_t i = 0; i < d; i++)
			all += sum[i] * sum[i];
	}
	free(sum);
	return all / ((double)e * (double)(e - 1) * (double)n);
}

/* a [d, d] = the covariance of x [n, d], times n. */
static void
scatter(const float *x, size_t n, size_t d, double *a)
{
	double *mean = mem_zalloc(d, sizeof(*mean));
	double *row = mem_alloc(d, sizeof(*row));

	for (size_t v = 0; v < n; v++)
		for (size_t i = 0; i < d; i++)
			mean[i] += (double)x[v * d + i] / (double)n;
	memset(a, 0, d * d * sizeof(*a));
	for (size_t v = 0; v < n; v++) {
		for (size_t i = 0; i < d; i++)
			row[i] = (double)x[v * d + i] - mean[i];
		for (size_t i = 0; i < d; i++)
			for (size_t j = 0; j < d; j++)
				a[i * d + j] += row[i] * row[j];
	}
	free(mean);
	free(row);
}

/* exp of the entropy of the singular values' shares; 1 of nothing. */
static double
effective_rank(const float *x, size_t n, size_t d)
{
	double *a = mem_alloc(d * d, sizeof(*a)), sum = 0, entropy = 0;
	double *vec = mem_alloc(d * d, sizeof(*vec));
	double *val = mem_alloc(d, sizeof(*val));

	scatter(x, n, d, a);
	if (sgemm_eigen(a, d, vec, val) != 0)
		entropy = NAN;
	for (size_t i = 0; i < d; i++)
		sum += val[i] > 0 ? sqrt(val[i]) : 0;
	for (size_t i = 0; i < d && sum > 0; i++) {
		double p = val[i] > 0 ? sqrt(val[i]) / sum : 0;

		entropy -= p > 0 ? p * log(p) : 0;
	}
	free(a);
	free(vec);
	free(val);
	return exp(entropy);
}

struct moe_probe
moe_probe_layer(
	const struct moe_layer *l, const float *u, size_t n, struct pool *pool)
{
	size_t e = l->o->experts, d = l->d;
	struct moe_probe p = { .similarity = NAN, .code_rank = NAN };
	float *out = all_outputs(l, u, n, pool);

	if (e > 1)
		p.similarity = similarity(out, e, n, d);
	p.expert_rank = effective_rank(out, e * n, d);
	if (l->booked)
		p.code_rank = effective_rank(l->q, l->book.k, d);
	free(out);
	return p;
}
