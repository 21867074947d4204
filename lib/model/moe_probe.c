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

static double
cosine(const float *a, const float *b, size_t d)
{
	double ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < d; i++) {
		ab += (double)a[i] * (double)b[i];
		aa += (double)a[i] * (double)a[i];
		bb += (double)b[i] * (double)b[i];
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static double
similarity(const float *out, size_t e, size_t n, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < e; j++)
		for (size_t k = j + 1; k < e; k++)
			for (size_t v = 0; v < n; v++)
				sum += cosine(out + (j * n + v) * d,
					out + (k * n + v) * d, d);
	return sum / ((double)(e * (e - 1) / 2) * (double)n);
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
