#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/learner_use.h"
#include "util/mem.h"

void
learner_use_even(struct learner *l)
{
	if (!l->use)
		l->use = mem_floats(l->k);
	for (size_t j = 0; j < l->k; j++)
		l->use[j] = (float)l->batch / (float)l->k;
}

/* use [j] = keep use [j] + (1 - keep) times the share of n that j won. */
static void
average(struct learner *l, const uint32_t *idx, size_t n, float keep)
{
	float one = (1 - keep) * (float)l->batch / (float)n;

	for (size_t j = 0; j < l->k; j++)
		l->use[j] *= keep;
	for (size_t v = 0; v < n; v++)
		l->use[idx[v]] += one;
}

void
learner_use_set(struct learner *l, const uint32_t *idx, size_t n)
{
	average(l, idx, n, 0);
}

void
learner_use_add(struct learner *l, const uint32_t *idx, size_t n)
{
	average(l, idx, n,
		1 - fminf(0.01f, (float)l->batch / (50 * (float)l->k)));
}

void
learner_use_take_bits(struct learner *l, const float *bits)
{
	double even = 1 / (double)l->k;

	for (size_t j = 0; j < l->k; j++) {
		double use = exp2(-(double)bits[j]) * ((double)l->batch + 1);

		l->use[j] = (float)fmax(use - even, 0);
	}
}

void
learner_use_cost(const struct learner *l, struct codebook *b)
{
	double even = 1 / (double)l->k, all = (double)l->batch + 1;
	float *bits = mem_floats(l->k);

	for (size_t j = 0; j < l->k; j++)
		bits[j] =
			(float)fmax(-log2(((double)l->use[j] + even) / all), 0);
	codebook_cost(b, bits, l->o.lambda);
	free(bits);
}
