/* Vanilla VQ (van den Oord et al. 2017): only the codes that win learn. */
#include <stdio.h>
#include <string.h>

#include "quant/learner.h"

static void
add(struct learner *l, const char *prefix)
{
	char name[64];

	snprintf(name, sizeof(name), "%sembedding.weight", prefix);
	l->table = params_add(l->ps, PARAM_QUANT, name, l->k, l->d);
	params_sparse(l->ps, l->table);
}

static void
start(struct learner *l, const float *q)
{
	memcpy(params_in(l->ps, l->ps->w, l->table), q,
		l->k * l->d * sizeof(*q));
}

static void
random_table(struct learner *l, struct rng *r)
{
	float *c = params_in(l->ps, l->ps->w, l->table);

	for (size_t i = 0; i < l->k * l->d; i++)
		c[i] = (float)((2 * rng_unit(r) - 1) / (double)l->k);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	(void)pool;
	memcpy(q, params_in(l->ps, block, l->table), l->k * l->d * sizeof(*q));
}

/* q = C[idx]:  dC[idx] += dq */
static void
backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	learner_touch(l, idx, n);
	learner_scatter(pool, idx, dq, n, l->d, 1,
		params_in(l->ps, l->ps->g, l->table));
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	(void)block;
	learner_save_tensor(to, prefix, "embedding.weight", q, l->k, l->d);
}

const struct learner_type learner_vq = {
	.name = "vq",
	.help = "codes learn by gradient; from a random start most die",
	.learns = "table, by gradient",
	.starts = "k-means",
	.source = "arXiv 1711.00937",
	.by_gradient = true,
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.backward = backward,
	.save = save,
};
