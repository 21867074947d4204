/*
 * moe_step.h - one step of training: forward, losses, backward, Adam.
 *
 *     loss = task + sum over layers (vq + usage + balance + z)
 *
 * (moe_back.h, moe_usage.h.)
 *
 * task: cross-entropy in nats, or the squared error of a row, the sum over its
 * numbers, over target_scale squared: the share of the targets' variance that
 * is left where target_scale is its root, so that the other losses' weights
 * mean the same for any number of targets.
 */
#ifndef MODEL_MOE_STEP_H
#define MODEL_MOE_STEP_H

#include "model/moe.h"

struct moe_figures {
	double loss, task, vq, usage, balance, z; /* weighted, as in the sum */
	size_t right; /* rows whose class was found */
	double norm;  /* of the gradient before clipping */
};

/*
 * b->n <= w->room, w with backward; w is packed before and after.  False: the
 * loss or the gradient was not finite, and nothing was changed.
 */
bool moe_step_run(struct moe *m, const struct moe_batch *b, struct moe_work *w,
	struct moe_figures *f);

/* Forward, losses and gradients (in ps.g) without a move; false as above.  By
 * several ranks (moe_ranks.h) each does its rows, and all have the sums. */
bool moe_step_gradient(struct moe *m, const struct moe_batch *b,
	struct moe_work *w, struct moe_figures *f);

/* Forward and task loss alone: a mean over b->n <= w->room rows. */
double moe_step_evaluate(const struct moe *m, const struct moe_batch *b,
	struct moe_work *w, size_t *right);

#endif
