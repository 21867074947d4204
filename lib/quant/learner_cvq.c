/*
 * CVQ-VAE (Zheng and Vedaldi 2023, arXiv 2307.15139, eqs. 4 to 7): codes learn
 * by gradient as vq's do; those that are little used are moved onto vectors of
 * the batch, the more so the less they are used:
 *
 *     N_j <- 0.99 N_j + 0.01 n_j / n        n_j of n vectors chose code j
 *     a_j  = exp(-N_j k 10 / 0.01 - 0.001)
 *     C_j <- (1 - a_j) C_j + a_j anchor_j
 *
 * The anchor is a vector of the batch drawn at random.  The one nearest to the
 * code, the paper's other choice, was measured: of 32 clusters it found 24 to
 * 28 where drawn ones found 29 to 32 (tests/unit/quant_cvq.c); on photographs,
 * k = 1,024 from a random start, it was ahead after 600 steps (26.6 against
 * 24.3 dB on training vectors) and equal after 2,000 (27.1 both).
 */
#include "kernel/exp.h"
#include "quant/learner.h"
#include "util/mem.h"

#define DECAY 0.99
#define LEAST 1e-6 /* a_j: below, a code stays where it is */
#define ANEW 0.5   /* a_j: above, what Adam remembers is of another code */

static void
add(struct learner *l, const char *prefix)
{
	learner_vq.add(l, prefix);
	l->count = mem_zfloats(l->k);
}

/* N_j: what even use would show. */
static void
start(struct learner *l, const float *q)
{
	learner_vq.start(l, q);
	for (size_t j = 0; j < l->k; j++)
		l->count[j] = 1 / (float)l->k;
}

/* As published: no code has been used yet. */
static void
random_table(struct learner *l, struct rng *r)
{
	learner_vq.random(l, r);
	for (size_t j = 0; j < l->k; j++)
		l->count[j] = 0;
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	learner_vq.read(l, block, pool, q);
}

static void
backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	learner_vq.backward(l, pool, idx, dq, n);
}

static void
count_use(struct learner *l, const uint32_t *idx, size_t n)
{
	for (size_t j = 0; j < l->k; j++)
		l->count[j] *= (float)DECAY;
	for (size_t v = 0; v < n; v++)
		l->count[idx[v]] += (float)((1 - DECAY) / (double)n);
}

static double
share_moved(const struct learner *l, size_t j)
{
	double use = (double)l->count[j] * (double)l->k;

	return exp_of(-10 * use / (1 - DECAY) - 1e-3);
}

/* The running average of the weights moves along. */
static void
move_code(struct learner *l, size_t j, double share, const float *anchor)
{
	size_t d = l->d, at = l->ps->row[l->table].at + j * d;
	float a = (float)share;

	for (size_t i = 0; i < d; i++) {
		float *w = l->ps->w + at + i, *avg = l->ps->avg + at + i;

		*w += a * (anchor[i] - *w);
		*avg += a * (anchor[i] - *avg);
	}
	if (share < ANEW)
		return;
	l->revived++;
	for (size_t i = 0; i < d; i++)
		l->ps->m[at + i] = l->ps->v[at + i] = 0;
}

static void
moved(struct learner *l, struct pool *pool, const float *r, const uint32_t *idx,
	size_t n, struct rng *rng)
{
	(void)pool;
	count_use(l, idx, n);
	for (size_t j = 0; j < l->k; j++) {
		double share = share_moved(l, j);

		if (share > LEAST && !(l->hold && l->hold[j] > 0))
			move_code(l, j, share, r + rng_below(rng, n) * l->d);
	}
	l->steps++;
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	learner_vq.save(l, block, q, prefix, to);
}

const struct learner_type learner_cvq = {
	.name = "cvq",
	.help = "as vq, and codes that are little used move onto the data",
	.learns = "table, by gradient; idle codes move to data",
	.starts = "k-means",
	.source = "arXiv 2307.15139",
	.by_gradient = true,
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.backward = backward,
	.moved = moved,
	.save = save,
};
