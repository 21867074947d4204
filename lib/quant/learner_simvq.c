/*
 * SimVQ (Zhu et al. 2024, arXiv 2411.02038): codes are a table times something
 * learned (basis.h).  Every gradient moves that, and so the whole codebook.
 */
#include "quant/basis_cond.h"

static void
add(struct learner *l, const char *prefix)
{
	basis_of(l)->add(l, prefix);
}

static void
start(struct learner *l, const float *q)
{
	basis_of(l)->start(l, q);
}

static void
settle(struct learner *l, const float *q)
{
	const struct basis *b = basis_of(l);

	if (b->settle)
		b->settle(l, q);
	else
		b->start(l, q);
}

static void
random_table(struct learner *l, struct rng *r)
{
	basis_of(l)->random(l, r);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	basis_of(l)->read(l, block, pool, q);
}

static void
vary(const struct learner *l, struct codebook *b)
{
	if (l->tables > 1)
		codebook_vary(b, l->tables, l->variant, l->before);
}

static void
backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	basis_of(l)->backward(l, pool, idx, dq, n);
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	basis_of(l)->save(l, block, q, prefix, to);
}

const struct learner_type learner_simvq = {
	.name = "simvq",
	.help = "codes are a table times one learned layer: all stay in use",
	.learns = "table, W and b",
	.starts = "k-means, W = I",
	.source = "arXiv 2411.02038",
	.by_gradient = true,
	.add = add,
	.start = start,
	.settle = settle,
	.random = random_table,
	.read = read_table,
	.vary = vary,
	.group = basis_cond_group,
	.backward = backward,
	.save = save,
};
