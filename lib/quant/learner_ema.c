/*
 * Moving averages (VQ-VAE-2, appendix A.1; revival as in SoundStream): a code
 * is the average of the vectors it won.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/learner.h"
#include "util/mem.h"

static void
add(struct learner *l, const char *prefix)
{
	(void)prefix;
	l->q = mem_zfloats(l->k * l->d);
	l->count = mem_zfloats(l->k);
	l->sum = mem_zfloats(l->k * l->d);
}

/* The count of a code that gets its even share of every batch. */
static float
even_share(const struct learner *l)
{
	return (float)l->batch / (float)l->k;
}

static void
set_code(struct learner *l, size_t j, const float *q)
{
	l->count[j] = even_share(l);
	for (size_t i = 0; i < l->d; i++) {
		l->q[j * l->d + i] = q[i];
		l->sum[j * l->d + i] = l->count[j] * q[i];
	}
}

static void
start(struct learner *l, const float *q)
{
	for (size_t j = 0; j < l->k; j++)
		set_code(l, j, q + j * l->d);
}

static void
random_table(struct learner *l, struct rng *r)
{
	float *q = mem_floats(l->k * l->d);

	for (size_t i = 0; i < l->k * l->d; i++)
		q[i] = (float)(rng_normal(r) / sqrt((double)l->d));
	start(l, q);
	free(q);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	(void)block;
	(void)pool;
	memcpy(q, l->q, l->k * l->d * sizeof(*q));
}

/* Codes that win less than a tenth of their share start again at a vector of
 * this batch; code, sum and count all restart, so that it lasts. */
static void
revive(struct learner *l, const float *r, size_t n, struct rng *rng)
{
	for (size_t j = 0; j < l->k; j++)
		if (l->count[j] < 0.1f * even_share(l)) {
			set_code(l, j, r + rng_below(rng, n) * l->d);
			l->revived++;
		}
}

static size_t
revival_interval(const struct learner *l)
{
	size_t many = 10 * l->k / l->batch;

	return many > 100 ? many : 100;
}

static void
moved(struct learner *l, const float *r, const uint32_t *idx, size_t n,
	struct rng *rng)
{
	float keep = 1 - fminf(0.01f, (float)l->batch / (50 * (float)l->k));
	size_t d = l->d;

	for (size_t i = 0; i < l->k * d; i++)
		l->sum[i] *= keep;
	for (size_t j = 0; j < l->k; j++)
		l->count[j] *= keep;
	for (size_t v = 0; v < n; v++) {
		l->count[idx[v]] += 1 - keep;
		for (size_t i = 0; i < d; i++)
			l->sum[idx[v] * d + i] += (1 - keep) * r[v * d + i];
	}
	for (size_t j = 0; j < l->k; j++)
		for (size_t i = 0; i < d && l->count[j] > 1e-6f; i++)
			l->q[j * d + i] = l->sum[j * d + i] / l->count[j];
	if (++l->steps % revival_interval(l) == 0)
		revive(l, r, n, rng);
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	(void)block;
	learner_save_tensor(to, prefix, "embedding.weight", q, l->k, l->d);
}

const struct learner_type learner_ema = {
	.name = "ema",
	.help = "codes are moving averages of what they win; dead ones revived",
	.by_gradient = true,
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.moved = moved,
	.save = save,
};
