/*
 * moe_layer.h - one residual layer of experts: forward, and what backward
 * needs.
 *
 *     u = LN(h);  y = g_c sum_{j in TopT} w_j f_j(u) + g_d f_{m(i)}(u~)
 *     u~ = u + c sg(Q_i - u),  i the code nearest to u,  h += y
 *
 * Shapes: h, u, y [n, d]; scores and p [n, E]; experts, weight and gate [n, s]
 * with s = moe_layer_columns: t columns of the continuous path, then the one of
 * the discrete path, as far as the kind and the stage of training have them.
 * weight is w_j within its path, gate the weight in y.
 *
 * Everything that decides or weighs a route is row-wise (panel.h, exp.h): the
 * same bits for any pool and any split of the rows on every machine.
 */
#ifndef MODEL_MOE_LAYER_H
#define MODEL_MOE_LAYER_H

#include "kernel/nearest.h"
#include "model/expert.h"
#include "model/moe_opts.h"
#include "model/router_book.h"
#include "nn/dense.h"
#include "nn/norm.h"
#include "util/err.h"

#define MOE_COSINE_DIMS ((size_t)8)

struct moe_layer {
	const struct moe_opts *o; /* borrowed */
	struct params *ps;        /* borrowed */
	size_t index, d;
	struct norm norm;
	struct dense router; /* scores; cosine: rows of unit length of it */
	struct dense proj;   /* cosine: to MOE_COSINE_DIMS */
	size_t temperature;  /* cosine: row of ps */
	struct dense gate;   /* vqmoe: of the two paths */
	struct expert experts;
	float *choice; /* biased: [E] */

	struct learner book; /* codebook; k = 0: this kind has none */
	bool booked;         /* the codebook and its map are there */
	bool given;    /* q is a file's: the learner is not asked for it */
	float *q;      /* [K, d] as searched */
	uint32_t *map; /* [K]: code -> expert; E: to the gate */
	struct nearest search;      /* of q */
	struct router_book margins; /* of q, where margins are asked for */

	bool frozen;               /* the frozen router is there */
	size_t frozen_w, frozen_b; /* rows of ps [E, d], [E] */
	struct panel fixed;        /* of them */
};

/* Which columns a layer's routes have at this stage. */
struct moe_layer_paths {
	size_t continuous, discrete; /* columns */
};
struct moe_layer_paths moe_layer_paths(const struct moe_layer *l);
size_t moe_layer_columns(const struct moe_layer *l);

/* Before params_build: rows named "layers.<index>." + ..., without it where
 * there is one layer.  o, ps, index, d are set. */
void moe_layer_add(struct moe_layer *l);
void moe_layer_prefix(char to[32], size_t index, size_t layers);

/* After it: random weights. */
void moe_layer_random(struct moe_layer *l, struct rng *r);

/* After each change of the weights, the codebook or the frozen router. */
void moe_layer_pack(struct moe_layer *l, struct pool *pool);

/* Does each code have an expert, or a hybrid's the gate?  name: for the
 * message. */
int moe_layer_check_map(const struct moe_layer *l, const uint32_t *map,
	const char *name, struct err *e);

/* Take the map (malloc'd) and let the codebook be in use. */
void moe_layer_take_map(struct moe_layer *l, uint32_t *map);

/* Prepare margins for the codebook as it is now. */
void moe_layer_margins(struct moe_layer *l);

/* All-zero is empty. */
void moe_layer_free(struct moe_layer *l);

/* What a batch of n rows leaves behind.  Owned; allocated for `room` rows. */
struct moe_layer_work {
	bool borrows;          /* h, order, where, in, out */
	size_t room, columns;  /* columns at most */
	const uint32_t *token; /* hash: [n, stride], borrowed; it goes by ... */
	size_t stride, words;  /* ... the first `words` of each row */
	const float *frozen;   /* frozen routers: features [n, d], borrowed */
	double noise;          /* route_noise.h: on what routers see; 0: none */
	uint64_t noise_seed;
	size_t row; /* number of the first row, for the noise */
	float *noisy
		[2];  /* [n, d] with noise: u and frozen as routers see them */
	float *h, *u; /* [n, d] */
	float *scores, *p;    /* [n, E] */
	float *low;           /* cosine: [n, MOE_COSINE_DIMS] */
	double *lse;          /* [n] log-sum-exp of the scores */
	uint16_t *experts;    /* [n, s] */
	uint16_t *chosen;     /* [n, t] of the gate, before any is dropped */
	float *weight, *gate; /* [n, s] */
	float *paths;         /* vqmoe: [n, 2] g_c, g_d */
	uint32_t *codes;      /* [n] */
	float *margin;        /* [n], NaN where u is not finite; NULL: not
	                         wanted */
	size_t *load;         /* [E] assignments of the continuous path */
	size_t all;           /* rows that load is of; 0: those of the work */
	size_t dropped;
	uint32_t *order, *where; /* [n * s]: dispatch.h; its inverse */
	size_t *offset;          /* [E + 1] */
	float *in, *out;         /* [n * s, d] */
	float *pre, *hidden;     /* [n * s, H]; NULL: no backward wanted */
};

/* lend: without backward the large arrays that no layer needs afterwards are
 * those of this one, of a layer alike; NULL: all are its own. */
void moe_layer_work_init(struct moe_layer_work *w, const struct moe_layer *l,
	size_t room, bool backward, bool margins,
	const struct moe_layer_work *lend);
void moe_layer_work_free(struct moe_layer_work *w);

#endif
