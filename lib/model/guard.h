/*
 * guard.h - a training that diverges is caught.
 *
 * A step is bad when its losses or its gradient are not finite, or its losses
 * are more than 10 times their running mean (decay 0.98) and more than 1, the
 * variance of the data: what no model at all would give.  It is skipped: its
 * batch is not learned from.  Two in a row are no odd batch: what learns goes
 * back to where it was last found good, and all rates are halved.  After 10
 * such recoveries without a good state between them it is over.
 *
 * A state is good behind 100 steps without a bad one whose running mean is at
 * most twice the lowest there was.  Where no step is bad, nothing is changed.
 */
#ifndef MODEL_GUARD_H
#define MODEL_GUARD_H

#include "model/trainee.h"
#include "nn/adam.h"
#include "tensor/record.h"

struct guard {
	struct trainee *m; /* borrowed */
	struct adam *adam; /* borrowed */
	struct guard_state {
		double scale;           /* of all rates */
		size_t skipped, halved; /* in all */
		size_t row, failures;   /* bad steps, recoveries: in a row */
		size_t good;            /* steps */
		double mean, lowest, kept_mean;
	} now;
	struct record kept; /* the last good state (train_state.h) */
};

/* At the start of training, which is a good state. */
void guard_begin(struct guard *g, struct trainee *m, struct adam *a);
void guard_free(struct guard *g);

/* Whether a step with such losses may be learned from. */
bool guard_accepts(const struct guard *g, double loss);

/* Behind a step that was learned from. */
void guard_good(struct guard *g, double loss);

/* Behind one that was not: drops its gradient, and recovers if need be.  -1:
 * it is over, and why. */
int guard_bad(struct guard *g, size_t step, struct err *e);

/* For a checkpoint: tensors guard.*; back into a guard that has begun. */
void guard_save(const struct guard *g, struct record *r);
int guard_load(struct guard *g, const struct record *r, struct err *e);

#endif
