/*
 * moe_made.h - is the model of a training that is to be resumed there already?
 */
#ifndef MODEL_MOE_MADE_H
#define MODEL_MOE_MADE_H

#include "model/moe_training.h"

/* output, where it is a file that a training with --resume (and without -f)
 * finds; else NULL. */
const char *moe_made_before(const struct moe_loop_opts *o, const char *output);

/* -1 if t->made is not a model of so many steps of this router, seed and count
 * of rows, or there is no checkpoint.  All else the checkpoint decides. */
int moe_made_check(const struct moe_training *t, const struct moe_opts *o,
	size_t rows, struct err *e);

#endif
