/*
 * train_checkpoint.h - a training of a tokenizer on disk, to go on from with
 * the same result, bit for bit, on this machine.
 *
 * A safetensors record (kind = train-checkpoint) between two steps of the
 * training: what learns (train_state.h), the guard and its last good state,
 * the generators, where the dataset is, the figures since the last report, the
 * best model so far, how long the log was; and in words the options that
 * decide the result.  The start is made again: it comes from the same data.
 */
#ifndef MODEL_TRAIN_CHECKPOINT_H
#define MODEL_TRAIN_CHECKPOINT_H

#include "model/dataset.h"
#include "model/guard.h"
#include "model/step.h"
#include "model/train_budget.h"
#include "model/train_keep.h"
#include "model/train_window.h"
#include "model/trainer.h"

/* The parts of a training; all borrowed. */
struct train_checkpoint {
	const struct train_keep *keep;
	const struct trainer_hooks *hooks;
	struct trainee *m;
	struct step *step;
	struct adam *adam;
	struct guard *guard;
	struct train_budget *budget;
	struct train_window *window;
	struct dataset *data;
	struct rng *revive, *depth;
	struct trainer_result *best;
	double *held_error; /* at the last judgement */
	struct drift *drift;
	uint32_t crc;    /* of the samples of the data */
	size_t saved;    /* step */
	double saved_at; /* seconds */
};

/* Behind the start of training, whose parts are set; with keep->was, what it
 * holds goes into them, without it the file is written once.  -1: that failed,
 * or what it holds is damaged, of other data, or behind the end
 * of the budget of steps. */
int train_checkpoint_begin(struct train_checkpoint *c, struct err *e);

/* Behind a step: to keep->path, if it is due or must be.  A failure is told,
 * and kept in best->unwritten: the training goes on. */
void train_checkpoint_step(struct train_checkpoint *c, bool must);

#endif
