/*
 * Moving averages (VQ-VAE-2, appendix A.1; revival as in SoundStream): a code
 * is the average of the vectors it won.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/learner.h"
#include "util/mem.h"

#define BLOCK ((size_t)8)
#define CODES ((size_t)256) /* a task */

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
		if (l->count[j] < 0.1f * even_share(l) &&
			!(l->hold && l->hold[j] > 0)) {
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

struct task {
	struct learner *l;
	float keep;
};

/* Whole blocks are a loop that compilers make vectors of. */
static void
scale(float *x, size_t n, float factor)
{
	size_t i = 0;

	for (; i + BLOCK <= n; i += BLOCK)
		for (size_t o = 0; o < BLOCK; o++)
			x[i + o] *= factor;
	for (; i < n; i++)
		x[i] *= factor;
}

static void
divide(const float *restrict x, size_t n, float by, float *restrict to)
{
	size_t i = 0;

	for (; i + BLOCK <= n; i += BLOCK)
		for (size_t o = 0; o < BLOCK; o++)
			to[i + o] = x[i + o] / by;
	for (; i < n; i++)
		to[i] = x[i] / by;
}

/* The average of what a code won and of what it counts at its old place. */
static void
hold_code(struct learner *l, size_t j)
{
	float h = l->hold[j], all = l->count[j] + h;

	for (size_t i = j * l->d; i < (j + 1) * l->d; i++)
		l->q[i] = (l->sum[i] + h * l->held[i]) / all;
}

static size_t
codes_in(const struct learner *l, size_t from)
{
	return l->k - from < CODES ? l->k - from : CODES;
}

static void
decay_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	struct learner *l = t->l;
	size_t j = chunk * CODES, m = codes_in(l, j);

	(void)worker;
	scale(l->count + j, m, t->keep);
	scale(l->sum + j * l->d, m * l->d, t->keep);
}

static void
average_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	struct learner *l = t->l;
	size_t from = chunk * CODES, d = l->d;

	(void)worker;
	for (size_t j = from; j < from + codes_in(l, from); j++)
		if (l->hold && l->hold[j] > 0)
			hold_code(l, j);
		else if (l->count[j] > 1e-6f)
			divide(l->sum + j * d, d, l->count[j], l->q + j * d);
}

static void
moved(struct learner *l, struct pool *pool, const float *r, const uint32_t *idx,
	size_t n, struct rng *rng)
{
	float keep = 1 - fminf(0.01f, (float)l->batch / (50 * (float)l->k));
	struct task t = { l, keep };
	size_t chunks = (l->k + CODES - 1) / CODES;

	pool_run(pool, chunks, decay_chunk, &t);
	for (size_t v = 0; v < n; v++)
		l->count[idx[v]] += 1 - keep;
	learner_scatter(pool, idx, r, n, l->d, 1 - keep, l->sum);
	pool_run(pool, chunks, average_chunk, &t);
	/* A code that costs much is to be rare. */
	if (++l->steps % revival_interval(l) == 0 && !l->use)
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
	.learns = "table, by moving averages",
	.starts = "k-means",
	.source = "arXiv 1906.00446",
	.holds = true,
	.by_gradient = true,
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.moved = moved,
	.save = save,
};
