/*
 * moe_state.h - all of a model in training, so that it can go on with the same
 * result, bit for bit, on this machine.
 */
#ifndef MODEL_MOE_STATE_H
#define MODEL_MOE_STATE_H

#include "model/moe.h"
#include "tensor/record.h"

/* Append tensors named state.*, and the metadata key `options`: every option
 * in words. */
void moe_state_save(const struct moe *m, struct record *r);

/* Into a model that moe_init made of the same options; those that differ are
 * named.  Packs m. */
int moe_state_load(struct moe *m, const struct record *r, struct err *e);

#endif
