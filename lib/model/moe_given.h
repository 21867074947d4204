/*
 * moe_given.h - options of a training that were given, beside what a model or
 * the kind of router has.
 */
#ifndef MODEL_MOE_GIVEN_H
#define MODEL_MOE_GIVEN_H

#include "model/moe_training.h"

/* -1: an option was given that a router of this kind has no use for. */
int moe_given_check(
	const struct moe_training *t, enum moe_kind kind, struct err *e);

/* Put what was given over o, which is of the model of --continue.  -1: what
 * cannot change was to change. */
int moe_given_take(
	struct moe_opts *o, const struct moe_training *t, struct err *e);

/* The same of the sizes of --experts FILE: none can change. */
int moe_given_experts(
	const struct moe_opts *o, const struct moe_training *t, struct err *e);

/* True if two of output (NULL: stdout), log, trace and checkpoint are one file,
 * as far as their names tell. */
bool moe_given_twice(const char *output, const struct moe_loop_opts *l);

#endif
