#include <math.h>
#include <string.h>

#include "kernel/exp.h"
#include "model/router_pick.h"
#include "model/router_top.h"

/* p_j of softmax times its denominator, s_best being the largest. */
static double
weight(float s, float best)
{
	return exp_of((double)s - (double)best);
}

#define BLOCK ((size_t)64)
#define LANES 8 /* sums side by side, added in order */

static double
weight_sum(const float *s, size_t e, float best)
{
	double w[BLOCK], sum[LANES] = { 0 };

	for (size_t j = 0; j < e; j += BLOCK) {
		size_t n = e - j < BLOCK ? e - j : BLOCK;

		exp_less(s + j, n, best, w);
		for (; n % LANES; n++)
			w[n] = 0;
		for (size_t k = 0; k < n; k += LANES)
			for (size_t i = 0; i < LANES; i++)
				sum[i] += w[k + i];
	}
	for (size_t i = 1; i < LANES; i++)
		sum[0] += sum[i];
	return sum[0];
}

static float
largest(const float *s, size_t e)
{
	float best = s[0];

	for (size_t j = 1; j < e; j++)
		if (s[j] > best)
			best = s[j];
	return best;
}

double
router_pick_softmax(const float *s, size_t e, float *p)
{
	float best = largest(s, e);
	double sum = weight_sum(s, e, best);

	for (size_t j = 0; j < e; j++)
		p[j] = (float)(weight(s[j], best) / sum);
	return log(sum) + (double)best;
}

void
router_pick_sigmoid(const float *s, size_t e, float *p)
{
	for (size_t j = 0; j < e; j++)
		p[j] = (float)(1 / (1 + exp_of(-(double)s[j])));
}

void
router_pick_top(const float *s, size_t e, size_t t, bool renorm, uint32_t *idx,
	float *gate)
{
	double sum = 0;
	float best;

	router_top(s, e, t, idx);
	best = s[idx[0]];
	if (!renorm)
		sum = weight_sum(s, e, best);
	for (size_t j = 0; renorm && j < t; j++)
		sum += weight(s[idx[j]], best);
	for (size_t j = 0; j < t; j++)
		gate[j] = (float)(weight(s[idx[j]], best) / sum);
}

void
router_pick_biased(const float *p, const float *bias, size_t e, size_t t,
	bool renorm, float *chosen, uint32_t *idx, float *gate)
{
	double sum = 0;

	for (size_t j = 0; j < e; j++)
		chosen[j] = p[j] + bias[j];
	router_top(chosen, e, t, idx);
	for (size_t j = 0; j < t; j++)
		sum += (double)p[idx[j]];
	for (size_t j = 0; j < t; j++) {
		double g = (double)p[idx[j]];

		if (renorm)
			g = sum > 0 ? g / sum : 1 / (double)t;
		gate[j] = (float)g;
	}
}

/* The mixing of splitmix64 (Steele, Lea, Flood, 2014). */
static uint64_t
mix(uint64_t h)
{
	h += 0x9e3779b97f4a7c15u;
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	return h ^ (h >> 31);
}

/* Floyd's sampling. */
void
router_pick_hash(
	const void *words, size_t n, size_t e, size_t t, uint16_t *experts)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t word;

		memcpy(&word, (const char *)words + i * sizeof(word),
			sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	for (size_t j = 0; j < t; j++) {
		uint64_t most = e - t + j + 1;
		uint16_t pick;

		h = mix(h);
		pick = (uint16_t)((h >> 32) * most >> 32);
		for (size_t i = 0; i < j; i++)
			if (experts[i] == pick)
				pick = (uint16_t)(most - 1);
		experts[j] = pick;
	}
}
