/*
 * learner.h - a codebook while it is trained; one file and one row a type.
 *
 * Shapes: the table q is [k, d]; r [n, d] are what the codebook was asked to
 * quantize (remainders of a stage, a group's columns), idx [n] the codes that
 * won, dq [n, d] the gradient of the loss by each row's chosen code.
 *
 * To add a type: write quant/learner_NAME.c with a struct learner_type, add it
 * to the table in learner.c.  --type, --help and the tests follow.
 */
#ifndef QUANT_LEARNER_H
#define QUANT_LEARNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/params.h"
#include "tensor/record.h"
#include "util/pool.h"
#include "util/rng.h"

struct learner {
	const struct learner_type *type;
	size_t k, d, batch;
	bool freeze_table;        /* simvq: C does not learn */
	struct params *ps;        /* borrowed; holds what learns by gradient */
	size_t table, proj, bias; /* rows of ps, where the type has them */
	float *q;                 /* [k, d]: tables that learn otherwise */
	float *count, *sum;       /* [k], [k, d]: moving averages */
	struct kmeans_batch *stream; /* kmeans: the table and its state */
	size_t steps, revived;
};

struct learner_type {
	const char *name, *help;
	bool by_gradient; /* the encoder and decoder learn along with it */

	/* Before params_build: the rows it needs, named prefix + ... */
	void (*add)(struct learner *l, const char *prefix);

	/* After it: let the table be q (up to rounding), other state fresh. */
	void (*start)(struct learner *l, const float *q);

	/* The same, but keep what was learned where it can be kept; NULL:
	 * as start. */
	void (*settle)(struct learner *l, const float *q);

	/* The papers' random start. */
	void (*random)(struct learner *l, struct rng *r);

	/* The table by block, which is ps->w or ps->avg. */
	void (*read)(const struct learner *l, float *block, struct pool *pool,
		float *q);

	/* Add to ps->g; NULL if nothing learns by gradient. */
	void (*backward)(struct learner *l, struct pool *pool,
		const uint32_t *idx, const float *dq, size_t n);

	/* After the optimizer's step; NULL if not needed. */
	void (*moved)(struct learner *l, struct pool *pool, const float *r,
		const uint32_t *idx, size_t n, struct rng *rng);

	/* The tensors of a model beside or instead of prefix + "codebook". */
	void (*save)(const struct learner *l, float *block, const float *q,
		const char *prefix, struct record *to);
};

/* By name; NULL if unknown. */
const struct learner_type *learner_find(const char *name);

/* "simvq|vq|ema|kmeans", for the option table. */
#define LEARNER_NAMES "simvq|vq|ema|kmeans"
extern const struct learner_type *const learner_types[];

void learner_free(struct learner *l);

/* to[idx[v]] += factor * x[v] for v = 0 .. n-1 in this order, for any pool;
 * to is [k, d], x [n, d]. */
void learner_scatter(struct pool *pool, const uint32_t *idx, const float *x,
	size_t n, size_t d, float factor, float *to);

/* The rows of the table's gradient that idx names may not be zero. */
void learner_touch(struct learner *l, const uint32_t *idx, size_t n);

/* A [rows, cols] F32 tensor named prefix + name; a vector if rows is 0. */
void learner_save_tensor(struct record *to, const char *prefix,
	const char *name, const float *x, size_t rows, size_t cols);

extern const struct learner_type learner_simvq, learner_vq, learner_ema,
	learner_kmeans;

#endif
