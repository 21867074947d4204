/*
 * train_state.h - what learns in a training, as it is between two steps.
 */
#ifndef MODEL_TRAIN_STATE_H
#define MODEL_TRAIN_STATE_H

#include "model/trainee.h"
#include "nn/adam.h"
#include "tensor/record.h"

/* Append tensors whose names begin with prefix (memory as it is on this
 * machine): weights, moments, averages, what learners hold beside them, and
 * the optimizer's count of steps. */
void train_state_save(const struct trainee *t, const struct adam *a,
	const char *prefix, struct record *r);

/* Back, into a trainee of the same options and start; its tables are searched
 * from now on.  No gradient is left. */
int train_state_load(struct trainee *t, struct adam *a, const char *prefix,
	const struct record *r, struct err *e);

/* False where a weight or an average has become infinite or NaN. */
bool train_state_is_finite(const struct trainee *t);

#endif
