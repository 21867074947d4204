/*
 * moe_training.h - from inputs and options to a model of experts as a record.
 */
#ifndef MODEL_MOE_TRAINING_H
#define MODEL_MOE_TRAINING_H

#include "model/moe_loop.h"
#include "tensor/record.h"

struct moe_training {
	/* What the rows or a file say is filled in; width, hidden, codes and
	 * context of 0 get their defaults. */
	struct moe_opts model;
	struct moe_sets_opts sets;
	struct moe_loop_opts loop;
	const char *from;    /* --continue: a model */
	const char *experts; /* experts that exist elsewhere */
	const char *made;    /* with loop.resume: a model that exists */
	bool discrete_only;  /* with from: by codes alone, codebook frozen */
	size_t threads;
	struct {
		bool kind, experts, top, codes, type, map, contrib, layers,
			width, hidden, context, act, capacity, vq_weight, beta;
	} given; /* over what --continue's model says */
};

struct moe_training_result {
	struct record record; /* with all metadata; owned */
	struct moe_loop_result loop;
	size_t errors; /* items that could not be read; told */
};

/* Figures are said as notes.  r is set in any case; where loop.stopped or
 * loop.done, there is no record.  -1 too if `made` is not what the training of
 * the checkpoint gives. */
int moe_training_run(
	struct moe_training *t, struct moe_training_result *r, struct err *e);

#endif
