/*
 * step.h - one step of joint training: forward, losses, gradients.
 *
 * All scratch for a batch is here, allocated once.  Gradients are computed in
 * fixed chunks of rows and summed in chunk order; how rows are dealt to the
 * search changes no bit, nor do ranks (util/ranks.h): each takes whole chunks,
 * and all learn from all; but for step_sums_apart.
 */
#ifndef MODEL_STEP_H
#define MODEL_STEP_H

#include "model/field_loss.h"
#include "model/net.h"
#include "quant/estimator.h"
#include "quant/learner.h"
#include "quant/quantizer.h"
#include "util/pool.h"
#include "util/ranks.h"

struct step {
	enum net_type net;
	size_t n, dim, d;
	struct quantizer *q;     /* borrowed: the tables of this step */
	struct learner *learner; /* borrowed: [books of q] */
	struct params *ps;       /* borrowed */
	size_t encoder, decoder; /* rows of ps: A and B, if any */
	struct net_conv *conv;   /* borrowed, for NET_CONV: rows of ps */
	struct grid grid;        /* the same: of the n tokens of x */
	size_t net_rows;         /* the first of ps are the nets' */
	struct field_loss *loss; /* the same: borrowed; NULL: recon_scale */
	struct pool *pool;

	/* loss = recon_scale |x - x^|^2 + vq_scale (... + beta ...), summed */
	double recon_scale, vq_scale, beta;
	double stage_dropout;  /* stage_depth.h; read by step_depths */
	double entropy_weight; /* step_entropy.h; 0 or less: off */
	bool sums; /* ranks tell each other sums of gradients, not rows: for
	              types that learn by gradient alone, without a pull */
	enum estimator estimator; /* of types that do not pull */

	/* Rows of x that this rank steps with; the number of their first
	 * chunk, and of all that are summed here: with step_sums_apart their
	 * own. */
	struct ranks_share own;
	size_t chunk0, chunks;

	float *x, *z, *sum; /* [n, dim]; [n, d]: latents; sum of codes seen */
	float *dz, *back;   /* [n, d]; [n, dim] */
	float *dback;       /* [n, dim], where there is a loss */
	float **part, **dq; /* a column: [n, width] asked for, gradient */
	uint32_t **idx;     /* a column: [n] */
	size_t *depth;      /* [n] stages that the decoder sees */
	struct panel a, b, b_turned; /* A, B and B^T of this step */
	size_t search_rows;          /* a task of the search */
	float *da, *db;              /* [chunks, d * dim]: partial gradients */
	double *recon, *vq;          /* [chunks]: losses */
	struct convnet_work *h, *h2; /* of the encoder's h, the decoder's h' */
	double entropy;              /* that loss, of the last step */
};

void step_init(struct step *s);
void step_free(struct step *s);

/* Stages each row's decoder sees, by stage_dropout; with NET_CONV all rows of
 * a field see as many. */
void step_depths(struct step *s, struct rng *r);

/* True where the type has formulas of its own (learner_type.pull). */
bool step_pulls(const struct step *s);

/* True where a rank sums its own chunks before ranks add up: of whole fields,
 * and with sums. */
bool step_sums_apart(const struct step *s);

/* Codes of the stage before a column's, from row v on; NULL in the first. */
const uint32_t *step_prev(const struct step *s, size_t column, size_t v);

/* The learner of a column. */
struct learner *step_learner(const struct step *s, size_t column);

/* Rows that a rank takes together. */
size_t step_unit(const struct step *s);

/* Forward and backward on s->x, of which a rank reads its own rows; adds to
 * ps->g the gradients of all. */
void step_run(struct step *s, double *recon, double *vq);

#endif
