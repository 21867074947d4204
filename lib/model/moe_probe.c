#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/moe_probe.h"
#include "stats/rank.h"
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

struct moe_probe
moe_probe_layer(
	const struct moe_layer *l, const float *u, size_t n, struct pool *pool)
{
	size_t e = l->o->experts, d = l->d;
	struct moe_probe p = { .similarity = NAN, .code_rank = NAN };
	float *out = all_outputs(l, u, n, pool);

	if (e > 1)
		p.similarity = similarity(out, e, n, d);
	p.expert_rank = rank_effective(out, e * n, d, true, NULL);
	if (l->booked)
		p.code_rank = rank_effective(l->q, l->book.k, d, true, NULL);
	free(out);
	return p;
}
