/*
 * Classical k-means: Lloyd's algorithm from the start (kmeans.h), and, where
 * the data stream, the mini-batch rule (Sculley 2010): a code moves towards
 * each vector it wins by 1 / (vectors won so far).
 */
#include <math.h>
#include <string.h>

#include "quant/learner.h"
#include "util/mem.h"

/* Vectors a code is taken to have won in the start: it then moves gently. */
#define WON_AT_START 20

static void
add(struct learner *l, const char *prefix)
{
	(void)prefix;
	l->q = mem_zfloats(l->k * l->d);
	l->count = mem_zfloats(l->k);
}

static void
start(struct learner *l, const float *q)
{
	memcpy(l->q, q, l->k * l->d * sizeof(*q));
	for (size_t j = 0; j < l->k; j++)
		l->count[j] = WON_AT_START;
}

static void
random_table(struct learner *l, struct rng *r)
{
	for (size_t i = 0; i < l->k * l->d; i++)
		l->q[i] = (float)(rng_normal(r) / sqrt((double)l->d));
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	(void)block;
	(void)pool;
	memcpy(q, l->q, l->k * l->d * sizeof(*q));
}

static void
moved(struct learner *l, struct pool *pool, const float *r, const uint32_t *idx,
	size_t n, struct rng *rng)
{
	(void)pool;
	(void)rng;
	for (size_t v = 0; v < n; v++) {
		float *q = l->q + idx[v] * l->d;
		float rate = 1 / ++l->count[idx[v]];

		for (size_t i = 0; i < l->d; i++)
			q[i] += rate * (r[v * l->d + i] - q[i]);
	}
	l->steps++;
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	(void)block;
	learner_save_tensor(to, prefix, "embedding.weight", q, l->k, l->d);
}

const struct learner_type learner_kmeans = {
	.name = "kmeans",
	.help = "Lloyd's algorithm on principal components",
	.by_gradient = false,
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.moved = moved,
	.save = save,
};
