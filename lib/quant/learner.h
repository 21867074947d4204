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
#include "quant/codebook.h"
#include "tensor/record.h"
#include "util/err.h"
#include "util/pool.h"
#include "util/rng.h"

/* How simvq makes codes of its table (basis.h). */
enum learner_basis { BASIS_LINEAR, BASIS_MLP, BASIS_BRIDGE, BASIS_COND };

/* What may be chosen beside type and sizes. */
struct learner_opts {
	bool freeze_table; /* simvq: C does not learn */
	bool no_bias;      /* simvq: no shift b */
	enum learner_basis basis;
	bool unit;     /* the search is by cosine */
	double lambda; /* a bit of a code costs so much (learner_use.h) */
	const float *features; /* lc: [k, width], borrowed; NULL: none */
	size_t width;          /* of the first stage's; 0: that of codes */

	/* Of the loss that keeps codes in use and choices sharp; below 0: not
	 * given. */
	double entropy_weight;

	size_t code_dim; /* fc: numbers that codes are compared in; 0: 8 */
};

#define LEARNER_CODE_DIM 8 /* as published */
#define LEARNER_CODE_DIM_MOST 64

/* Rows of ps: see bottleneck.h. */
struct learner_neck {
	size_t width, in, in_bias, out, out_bias;
};

struct learner {
	const struct learner_type *type;
	size_t k, d, batch;
	struct learner_opts o;
	bool drawn;               /* codes start as vectors of the data */
	size_t stage, before;     /* which stage; codes of the one before */
	const uint32_t *prev;     /* [n] codes of the stage before, of the batch
	                             of a step; NULL in the first */
	struct params *ps;        /* borrowed; holds what learns by gradient */
	size_t table, proj, bias; /* rows of ps, where the type has them */
	size_t more;              /* and the first of those of a basis */
	size_t tables;            /* q is [tables, k, d]; 0 and 1: one table */
	uint32_t *variant; /* [before]: the table that each code of the stage
	                      before chooses, where there are several */
	struct learner_neck neck; /* rows of ps, too */
	float *q;                 /* [k, d]: tables that learn otherwise */
	float *count, *sum;       /* [k], [k, d]: moving averages */
	float *hold, *held; /* [k], [k, d]: vectors of a batch that each code
	                       counts at an old place; NULL: none is held */
	float *use;         /* [k]: learner_use.h; NULL without lambda */
	struct learner_bridge *bridge; /* simvq: the layers of a basis */
	struct kmeans_batch *stream;   /* kmeans: the table and its state */
	size_t steps, revived;
};

/* What a column is asked in a step: r and g are [n, d]. */
struct learner_pull {
	const float *r; /* to quantize */
	const float *g; /* gradient of the reconstruction by what comes out;
	                        zero where the decoder does not see the column */
	const uint32_t *idx; /* [n] codes that won */
	size_t n;
	double scale, beta; /* of the quantizer's own losses, a row */
	float *dr;          /* [n, d] taken: the gradient of all by r */
};

struct rounding;

struct learner_type {
	const char *name, *help;
	const char *learns, *starts, *source; /* for lists of the types */
	bool holds;                           /* moved heeds learner.hold */
	bool by_gradient; /* the encoder and decoder learn along with it */
	bool unit;        /* always searched by cosine */
	bool entropy;     /* it reads entropy_weight for a loss of its own */

	/* The number of codes that comes nearest to k; NULL: any will do. */
	size_t (*codes)(size_t k);

	/* Before params_build: the rows it needs, named prefix + ... */
	void (*add)(struct learner *l, const char *prefix);

	/* After it: let the table be q (up to rounding), other state fresh.
	 * NULL where not every table can be (start_on). */
	void (*start)(struct learner *l, const float *q);

	/* The same, but keep what was learned where it can be kept; NULL:
	 * as start. */
	void (*settle)(struct learner *l, const float *q);

	/* From what it is to quantize, x [n, d] with n >= k, where the type has
	 * a start of its own; NULL: k-means, then start. */
	int (*start_on)(struct learner *l, const float *x, size_t n,
		struct rng *r, struct pool *pool, struct err *e);

	/* The papers' random start. */
	void (*random)(struct learner *l, struct rng *r);

	/* The table by block, which is ps->w or ps->avg. */
	void (*read)(const struct learner *l, float *block, struct pool *pool,
		float *q);

	/* Of a codebook whose table is read: front, keys, lattice (codebook.h).
	 * NULL: the codes themselves are searched. */
	void (*face)(const struct learner *l, float *block, struct pool *pool,
		struct codebook *b);

	/* Of a codebook whose table is not there yet: codebook_vary; NULL: one
	 * table. */
	void (*vary)(const struct learner *l, struct codebook *b);

	/* Where tables > 1, before start and after random: which table each
	 * code of the stage before chooses, from its table [before, d]. */
	void (*group)(struct learner *l, const float *before, struct rng *r,
		struct pool *pool);

	/* For types that round (rounding.h): open what they round to. */
	void (*round)(const struct learner *l, struct rounding *g);

	/* For types with a front: the quantizer's loss, its gradients into
	 * ps->g, and dr.  NULL: as for codes that are nearest themselves. */
	double (*pull)(struct learner *l, struct pool *pool,
		const struct learner_pull *p);

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

/* For the option table. */
#define LEARNER_NAMES "simvq|vq|ema|cvq|fc|lc|fsq|lfq|kmeans"
extern const struct learner_type *const learner_types[];

/* One table searched as it is: those that may route (moe-train). */
#define LEARNER_PLAIN_NAMES "simvq|vq|ema|cvq|kmeans"
bool learner_type_plain(const struct learner_type *t);

/* The number of codes that the type can have and that is nearest to k. */
size_t learner_type_codes(const struct learner_type *t, size_t k);

void learner_free(struct learner *l);

/* b as searched and decoded, by block (ps->w or ps->avg); not prepared. */
void learner_book(const struct learner *l, float *block, struct pool *pool,
	struct codebook *b);

/* One table, searched as it is: Lloyd's iterations can improve it. */
bool learner_plain(const struct learner *l);

/* Rows of ps whose names begin with prefix, from r's tensors of these names. */
int learner_load_rows(struct learner *l, const char *prefix,
	const struct record *r, struct err *e);

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
	learner_cvq, learner_fc, learner_lc, learner_fsq, learner_lfq,
	learner_kmeans;

#endif
