/*
 * moe.h - a model of routed experts (moe_opts.h says what it computes).
 *
 * The weights are rows of one params block, named as in the model file.  What
 * a row of input gives has the same bits for any pool, for any n and on every
 * machine, capacity apart (windows of CAPACITY_WINDOW rows from the beginning
 * of a call).
 */
#ifndef MODEL_MOE_H
#define MODEL_MOE_H

#include "model/moe_layer.h"
#include "nn/adam.h"
#include "nn/dense.h"
#include "nn/embed.h"
#include "nn/norm.h"
#include "util/err.h"
#include "util/pool.h"

struct moe {
	struct moe_opts o;
	struct pool *pool; /* borrowed; may be NULL */
	struct params ps;
	struct adam adam; /* its step counts all of training's */
	struct rng rng;   /* of what training draws beyond the batches */

	float *mean, *target_mean; /* [columns], [outputs] */
	float scale, target_scale; /* what is divided by */
	struct dense linear, frozen_linear;
	struct embed embed, frozen_embed;
	bool frozen; /* the copy of the input map is there */
	struct moe_layer *layer;
	struct norm norm; /* before the head */
	struct dense head;
	bool built; /* codebooks, maps and frozen routers are there */
};

/* Rows of a batch: x or token by the input, class or real by the head. */
struct moe_batch {
	size_t n;
	const float *x;        /* [n, columns], as they were read */
	const uint32_t *token; /* [n, context * columns], newest row first;
	                          EMBED_NONE: before the beginning */
	const uint32_t *class; /* [n] */
	const float *real;     /* [n, outputs], as they were read */
};

/* *m is written over: a model of random weights by o->seed.  Statistics of
 * rows and targets are 0 and 1 until moe_scale.  Errors: sizes that
 * contradict each other, a file of options that cannot be read. */
int moe_init(struct moe *m, const struct moe_opts *o, struct pool *pool,
	struct err *e);
void moe_free(struct moe *m);

/* mean [columns] or NULL, target_mean [outputs] or NULL. */
void moe_scale(struct moe *m, const float *mean, float scale,
	const float *target_mean, float target_scale);

/* After each change of weights: forward uses what was packed last. */
void moe_pack(struct moe *m);

/* All layers' work for n rows. */
struct moe_work {
	size_t room;
	float *x;      /* [room, columns] normalised */
	float *hashed; /* [room, columns]: what a hash goes by, with noise */
	float *frozen; /* [room, width] features of frozen routers */
	float *h;      /* [room, width] */
	float *last;   /* [room, width] before the final norm */
	float *out;    /* [room, outputs] */
	struct moe_layer_work *layer;
};
void moe_work_init(struct moe_work *w, const struct moe *m, size_t room,
	bool backward, bool margins);
void moe_work_free(struct moe_work *w, const struct moe *m);

/*
 * b->n <= w->room rows through the model: w->out are logits, or numbers in
 * units of target_scale without target_mean, or the one layer's y.  Routes
 * stay in w->layer.  layers: how many to go through; the head if all.
 */
void moe_forward(const struct moe *m, const struct moe_batch *b,
	struct moe_work *w, size_t layers);

/* The same as far as this layer, with w->last = its output y [n, width]. */
void moe_forward_layer(const struct moe *m, const struct moe_batch *b,
	struct moe_work *w, size_t layer);

/* Noise on what routers see, of rows from number `row` on (route_noise.h);
 * scale 0: none.  A hash of numbers sees it too, one of tokens does not. */
void moe_work_noise(struct moe_work *w, const struct moe *m, double scale,
	uint64_t seed, size_t row);

/* Multiply-adds of experts for an average token, as it routes now. */
size_t moe_multiply_adds(const struct moe *m);

/* Numbers in a row of w->out: outputs, or width. */
size_t moe_outputs(const struct moe *m);

#endif
