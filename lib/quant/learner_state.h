/*
 * learner_state.h - what a learner holds beyond the rows of params, so that
 * training can go on where it was.
 */
#ifndef QUANT_LEARNER_STATE_H
#define QUANT_LEARNER_STATE_H

#include "quant/learner.h"
#include "util/err.h"

/* Append tensors named prefix + ... (U8: memory as it is on this machine). */
void learner_state_save(
	const struct learner *l, const char *prefix, struct record *r);

/* Into a learner of the same type and shape, after its start. */
int learner_state_load(struct learner *l, const char *prefix,
	const struct record *r, struct err *e);

#endif
