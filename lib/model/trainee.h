/*
 * trainee.h - the model under training: weights, learners, current tables.
 */
#ifndef MODEL_TRAINEE_H
#define MODEL_TRAINEE_H

#include "model/loss_weights.h"
#include "model/model.h"
#include "model/sample.h"
#include "model/train_keep.h"
#include "nn/adam.h"
#include "nn/params.h"
#include "quant/estimator.h"
#include "quant/learner.h"
#include "quant/quantizer.h"
#include "util/pool.h"

enum start {
	START_KMEANS, /* principal components; k-means of the latents */
	START_DATA,   /* principal components; latents drawn at random */
	START_RANDOM, /* the papers': random maps, random tables */
};

/* How rates go on behind the warm-up. */
enum schedule {
	SCHEDULE_CONSTANT,
	SCHEDULE_COSINE, /* half a cosine, to 0 at the last step */
};

struct trainer_opts {
	const struct learner_type *type;
	enum net_type net;
	struct net_conv_shape conv; /* for NET_CONV */
	size_t crop; /* the same: tokens on a side of what a step sees */
	size_t d, k, stages, groups;
	size_t steps, batch;
	double seconds; /* instead of the steps; 0: by steps */
	double net_rate, quant_rate, beta, vq_weight;
	enum schedule schedule;
	/* Of adam.h; 0: its default, below 0: none (warm_up 1: none). */
	size_t warm_up;
	double clip, average;
	enum estimator estimator;
	double stage_dropout; /* share of rows, stage_depth.h */
	bool keep_last;       /* save the last step, not the best */
	bool sums;      /* ranks tell each other sums of gradients: step.h */
	bool no_settle; /* end with the last step of the joint phase */
	bool half;      /* weights are saved as F16 (half.h) */
	enum start start;
	bool shared; /* one codebook a group for all stages */
	struct learner_opts quant;
	/* Of decoded data; NET_CONV alone takes others than l2. */
	struct loss_weights loss;
	const struct model *from;     /* start from this one; NULL: no */
	const struct record *learned; /* its tensors, to go on with all that it
	                                 learned; NULL: its tables only */
	struct train_keep keep;
	double anchor; /* with these: how strongly codes are held (anchor.h) */
	uint64_t seed;
};

struct trainee {
	const struct trainer_opts *o;      /* borrowed */
	const struct transform *transform; /* borrowed */
	struct pool *pool;                 /* borrowed; may be NULL */
	const float *weight;     /* borrowed: [n] of the sample that starts and
	                        settles; NULL: 1 each */
	struct quantizer q;      /* the tables of the current step */
	struct learner *learner; /* [books of q] */
	struct params ps;
	size_t encoder, decoder; /* rows of ps: A and B, if any */
	size_t net_rows;         /* the first of ps: those, and of the nets */
	struct net_conv conv;    /* its rows of ps, for NET_CONV */
	double latent_variance;  /* E |z|^2 at the start */
	uint32_t **root; /* [columns] of [k]: drift.h's; NULL: none has grown */
};

void trainee_init(struct trainee *t, const struct trainer_opts *o,
	const struct transform *transform, struct pool *pool);
void trainee_free(struct trainee *t);

/* The optimizer that the options ask for. */
void trainee_adam(const struct trainer_opts *o, struct adam *a);

size_t trainee_columns(const struct trainee *t);
size_t trainee_books(const struct trainee *t);

/*
 * The starts; s is the training sample.
 * classical: principal components, k-means.  random: the papers' maps and
 * tables.  given: o->from, whose shapes fit.
 */
int trainee_start(struct trainee *t, const struct sample *s, struct err *e);

/* Its part for o->from. */
void trainee_given_start(
	struct trainee *t, const struct sample *s, struct rng *r);

/* Where a table depends on the code of the stage before: by its table, or by
 * the mean of them where it has several. */
void trainee_start_group(struct trainee *t, size_t book, struct rng *r);

/* Search the tables of ps.w from now on; of one codebook, or of all. */
void trainee_refresh_book(struct trainee *t, size_t book);
void trainee_refresh(struct trainee *t);

/* From a model of these shapes: its maps into ps.w; its tables into t->q. */
void trainee_take_net(struct trainee *t, const struct model *m);
void trainee_copy_tables(struct trainee *t, const struct model *m);

/* The tables of t->q into the learners; settle: those learned already. */
void trainee_take_tables(struct trainee *t, bool settle);

/* After a step's optimizer: what learns otherwise.  A column's part [n, width]
 * was quantized to idx [n]; a codebook for all stages learns from all at once. */
void trainee_moved(struct trainee *t, float *const *part, uint32_t *const *idx,
	size_t n, struct rng *r);

/*
 * Search codebook c from now on.  Where that is by angles or costs, fit it to
 * part [n, width] by Lloyd's rounds with its own search, until nothing changes:
 * codes are the means of what they win, and cost by their shares; those that
 * win nothing stay.  still: only the shares are measured.
 */
void trainee_fit(struct trainee *t, size_t c, const float *part, size_t n,
	size_t rounds, bool still);

/* Latents of s by the encoder of ps.w: [n, d], from mem_floats. */
float *trainee_latents(struct trainee *t, const struct sample *s);

/*
 * Encoder and tables of a model, which is r, into ps.w; then two Lloyd steps on
 * the final latents of s (codebooks that are searched as they are), and the
 * least-squares decoder for the final codes.
 */
int trainee_settle(struct trainee *t, const struct model *m,
	const struct record *r, const struct sample *s, struct err *e);

#endif
