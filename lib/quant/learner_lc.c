/*
 * VQGAN-LC (Zhu et al. 2024, arXiv 2406.11837): codes are a frozen table of
 * features F [k, m] and a learned projector W [d, m], b:
 *
 *     Q = F W^T + b
 *
 * F is what was given (learner_opts.features), in the first stage; elsewhere the
 * k-means centres of what is to be quantized (or vectors of it), with m = d, W = I, b = 0.
 *
 * With features nothing says which of them goes with which latent.  W starts so
 * that Q is F's image along its first principal directions, laid on those of
 * the latents and stretched to their spread; then W and b are those that are
 * best (least squares) for each latent and its nearest feature of that image.
 * Photographs, error of the start and after 100 steps, with 4,096 patches of
 * others, mixed at random, as features: .0627 and .0587 without that fit, .0581
 * and .0563 with it, .0564 and .0551 with three rounds of it; mixed another way
 * .0626 and .0580, .0597 and .0560, .0602 and .0560, but then a seventh fewer
 * codes in use; of heavy-tailed noise .0687 and .0536, .0573 and .0531, .0556 and
 * .0527.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "nn/dense.h"
#include "quant/components.h"
#include "quant/draw.h"
#include "quant/kmeans.h"
#include "quant/learner.h"
#include "quant/project.h"
#include "util/mem.h"

#define ITERATIONS 8          /* Lloyd, for centres */
#define PAIRS ((size_t)16384) /* latents in a least-squares fit, at most */
#define FLAT 1e-6 /* spread beside the length: not more than rounding */

static void
add(struct learner *l, const char *prefix)
{
	size_t m = l->o.width && l->stage == 0 ? l->o.width : l->d;
	char name[64];

	snprintf(name, sizeof(name), "%sembedding.weight", prefix);
	l->table = params_add(l->ps, PARAM_FIXED, name, l->k, m);
	snprintf(name, sizeof(name), "%sembedding_proj.weight", prefix);
	l->proj = params_add(l->ps, PARAM_QUANT, name, l->d, m);
	snprintf(name, sizeof(name), "%sembedding_proj.bias", prefix);
	l->bias = params_add(l->ps, PARAM_QUANT, name, 1, l->d);
}

static size_t
width_of(const struct learner *l)
{
	return l->ps->row[l->table].cols;
}

/* F = q and zeros, W = I: the codes themselves are the features.  Of features
 * that are narrower than codes, as much as they hold. */
static void
start(struct learner *l, const float *q)
{
	float *f = params_in(l->ps, l->ps->w, l->table);
	float *w = params_in(l->ps, l->ps->w, l->proj);
	float *b = params_in(l->ps, l->ps->w, l->bias);
	size_t m = width_of(l), both = m < l->d ? m : l->d;

	memset(f, 0, l->k * m * sizeof(*f));
	memset(w, 0, l->d * m * sizeof(*w));
	memset(b, 0, l->d * sizeof(*b));
	for (size_t i = 0; i < both; i++)
		w[i * m + i] = 1;
	for (size_t j = 0; j < l->k; j++)
		memcpy(f + j * m, q + j * l->d, both * sizeof(*f));
}

/* A Gaussian table, and W and b as a linear layer: SimVQ as published. */
static void
random_table(struct learner *l, struct rng *r)
{
	float *f = params_in(l->ps, l->ps->w, l->table);
	float *w = params_in(l->ps, l->ps->w, l->proj);
	float *b = params_in(l->ps, l->ps->w, l->bias);
	size_t m = width_of(l);
	double bound = 1 / sqrt((double)m);

	for (size_t i = 0; i < l->k * m; i++)
		f[i] = (float)(rng_normal(r) * bound);
	for (size_t i = 0; i < l->d * m; i++)
		w[i] = (float)((2 * rng_unit(r) - 1) * bound);
	for (size_t i = 0; i < l->d; i++)
		b[i] = (float)((2 * rng_unit(r) - 1) * bound);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	struct project p = { .k = l->k,
		.d_in = width_of(l),
		.d = l->d,
		.c = params_in(l->ps, block, l->table),
		.w = params_in(l->ps, block, l->proj),
		.b = params_in(l->ps, block, l->bias) };

	project_table(&p, pool, q);
}

/* Vectors less their mean, and their principal directions. */
struct cloud {
	size_t n, d;
	float *x;       /* [n, d] */
	double *mean;   /* [d] */
	float *way;     /* [directions, d] */
	double *spread; /* [directions] standard deviations */
};

static void
cloud_free(struct cloud *c)
{
	free(c->x);
	free(c->mean);
	free(c->way);
	free(c->spread);
}

static int
cloud_init(struct cloud *c, const float *x, size_t n, size_t d,
	size_t directions, struct err *e)
{
	*c = (struct cloud){ .n = n,
		.d = d,
		.mean = mem_alloc(d, sizeof(*c->mean)),
		.way = mem_floats(directions * d),
		.spread = mem_alloc(directions, sizeof(*c->spread)) };
	c->x = components_centred(x, n, d, c->mean);
	if (components_find(c->x, n, d, directions, c->way, c->spread, e) != 0)
		return -1;
	for (size_t i = 0; i < directions; i++)
		c->spread[i] = sqrt(c->spread[i]);
	return 0;
}

/* Of mean and spread together. */
static double
length_of(const struct cloud *c)
{
	double sum = c->spread[0] * c->spread[0];

	for (size_t i = 0; i < c->d; i++)
		sum += c->mean[i] * c->mean[i];
	return sqrt(sum);
}

/* W = sum of to's directions times from's, b = to's mean less W from's. */
static void
lay_on(struct learner *l, const struct cloud *from, const struct cloud *to,
	size_t directions)
{
	float *w = params_in(l->ps, l->ps->w, l->proj);
	float *b = params_in(l->ps, l->ps->w, l->bias);
	size_t m = from->d;
	double least = FLAT * length_of(from);

	memset(w, 0, l->d * m * sizeof(*w));
	for (size_t s = 0; s < directions; s++) {
		double by;

		if (!(from->spread[s] > least))
			break;
		by = to->spread[s] / from->spread[s];
		for (size_t i = 0; i < l->d * m; i++)
			w[i] += (float)(by * (double)to->way[s * l->d + i / m] *
				(double)from->way[s * m + i % m]);
	}
	for (size_t i = 0; i < l->d; i++) {
		double sum = to->mean[i];

		for (size_t o = 0; o < m; o++)
			sum -= (double)w[i * m + o] * from->mean[o];
		b[i] = (float)sum;
	}
}

/* The nearest feature of each latent, then W and b for these pairs. */
static int
refine(struct learner *l, const float *x, size_t n, struct pool *pool,
	struct err *e)
{
	const float *f = params_in(l->ps, l->ps->w, l->table);
	size_t m = width_of(l), pairs = n < PAIRS ? n : PAIRS;
	float *q = mem_floats(l->k * l->d);
	float *won = mem_floats(pairs * m);
	uint32_t *idx = mem_alloc(pairs, sizeof(*idx));
	struct nearest s;
	int status;

	read_table(l, l->ps->w, pool, q);
	nearest_init(&s, q, l->k, l->d);
	nearest_find_all(&s, pool, x, pairs, idx, NULL);
	nearest_free(&s);
	for (size_t v = 0; v < pairs; v++)
		memcpy(won + v * m, f + idx[v] * m, m * sizeof(*f));
	status = components_fit_affine(x, won, pairs, l->d, m,
		params_in(l->ps, l->ps->w, l->proj),
		params_in(l->ps, l->ps->w, l->bias), e);
	free(q);
	free(won);
	free(idx);
	return status;
}

static int
start_features(struct learner *l, const float *x, size_t n, struct pool *pool,
	struct err *e)
{
	size_t m = l->o.width, directions = m < l->d ? m : l->d;
	struct cloud from = { 0 }, to = { 0 };
	int status = -1;

	memcpy(params_in(l->ps, l->ps->w, l->table), l->o.features,
		l->k * m * sizeof(float));
	if (cloud_init(&from, l->o.features, l->k, m, directions, e) == 0 &&
		cloud_init(&to, x, n, l->d, directions, e) == 0) {
		lay_on(l, &from, &to, directions);
		status = refine(l, x, n, pool, e);
	}
	cloud_free(&from);
	cloud_free(&to);
	return status;
}

static int
start_on(struct learner *l, const float *x, size_t n, struct rng *r,
	struct pool *pool, struct err *e)
{
	struct kmeans o = { l->k, ITERATIONS, 0 };
	float *centre;

	if (l->o.features && l->stage == 0)
		return start_features(l, x, n, pool, e);
	centre = mem_floats(l->k * l->d);
	if (l->drawn) {
		draw_rows(x, n, l->d, l->k, r, centre);
	} else {
		kmeans_seed(x, n, l->d, l->k, r, pool, centre);
		kmeans_lloyd(&o, x, n, l->d, pool, centre);
	}
	start(l, centre);
	free(centre);
	return 0;
}

/* q = W f + b with f = F[idx]:  dW += dq^T f;  db += dq */
static void
backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	const float *table = params_in(l->ps, l->ps->w, l->table);
	size_t m = width_of(l);
	struct dense w = {
		.in = m, .out = l->d, .weight = l->proj, .bias = l->bias
	};
	float *f = mem_floats(n * m);

	for (size_t v = 0; v < n; v++)
		memcpy(f + v * m, table + idx[v] * m, m * sizeof(*f));
	dense_backward(&w, l->ps, pool, f, dq, n, NULL);
	free(f);
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	learner_save_tensor(to, prefix, "codebook", q, l->k, l->d);
	learner_save_tensor(to, prefix, "embedding.weight",
		params_in(l->ps, block, l->table), l->k, width_of(l));
	learner_save_tensor(to, prefix, "embedding_proj.weight",
		params_in(l->ps, block, l->proj), l->d, width_of(l));
	learner_save_tensor(to, prefix, "embedding_proj.bias",
		params_in(l->ps, block, l->bias), 0, l->d);
}

const struct learner_type learner_lc = {
	.name = "lc",
	.help = "codes are frozen features (--init FILE) through a learned map",
	.learns = "W and b",
	.starts = "the file's features, or k-means",
	.source = "arXiv 2406.11837",
	.by_gradient = true,
	.add = add,
	.start = start,
	.start_on = start_on,
	.random = random_table,
	.read = read_table,
	.backward = backward,
	.save = save,
};
