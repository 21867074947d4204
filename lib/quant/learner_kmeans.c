/*
 * Classical k-means: Lloyd's algorithm from the start (kmeans.h), and, where
 * the data stream, the mini-batch rule (kmeans_batch.h).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/kmeans_batch.h"
#include "quant/learner.h"
#include "util/mem.h"

/* Vectors a code is taken to have won in the start: it then moves gently. */
#define WON_AT_START 20

static void
add(struct learner *l, const char *prefix)
{
	(void)prefix;
	l->stream = mem_zalloc(1, sizeof(*l->stream));
}

static void
start(struct learner *l, const float *q)
{
	kmeans_batch_free(l->stream);
	kmeans_batch_init(l->stream, q, l->k, l->d, WON_AT_START);
}

static void
random_table(struct learner *l, struct rng *r)
{
	float *q = mem_floats(l->k * l->d);

	for (size_t i = 0; i < l->k * l->d; i++)
		q[i] = (float)(rng_normal(r) / sqrt((double)l->d));
	kmeans_batch_free(l->stream);
	kmeans_batch_init(l->stream, q, l->k, l->d, 0);
	free(q);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	(void)block;
	(void)pool;
	memcpy(q, l->stream->centre, l->k * l->d * sizeof(*q));
}

static void
moved(struct learner *l, struct pool *pool, const float *r, const uint32_t *idx,
	size_t n, struct rng *rng)
{
	(void)pool;
	(void)rng;
	kmeans_batch_take(l->stream, r, idx, n);
	l->steps++;
	l->revived = l->stream->reseeded;
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
	.learns = "table, by Lloyd's steps",
	.starts = "k-means++",
	.source = "Lloyd 1982",
	.by_gradient = false,
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.moved = moved,
	.save = save,
};
