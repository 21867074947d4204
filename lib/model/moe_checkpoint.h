/*
 * moe_checkpoint.h - a training of experts on disk, to go on from with the
 * same result, bit for bit, on this machine.
 *
 * A safetensors record (kind = moe-checkpoint): the model's state
 * (moe_state.h), the generator of the batches, the window of the log, and how
 * long log and trace were.
 */
#ifndef MODEL_MOE_CHECKPOINT_H
#define MODEL_MOE_CHECKPOINT_H

#include "model/moe.h"
#include "model/moe_window.h"
#include "util/rng.h"

/* Where a training is, beside its model. */
struct moe_checkpoint {
	size_t step;         /* steps done or skipped */
	size_t skipped, bad; /* not finite: in all, in a row */
	double seconds;      /* that it took */
	struct rng rng;      /* of the batches */
	struct moe_window window;
	bool logged, traced; /* there was a log, a trace ... */
	uint64_t log, trace; /* ... of so many bytes */
	uint32_t data;       /* moe_data_crc of the training rows */
};

/* To a file that is replaced as a whole. */
int moe_checkpoint_save(const char *path, const struct moe_checkpoint *c,
	const struct moe *m, struct err *e);

/*
 * Into c, with a window of the model's sizes and `data` set, and m as
 * moe_init made it.  1: loaded, 0: there is no such file, -1: it is damaged,
 * or of other options or rows.
 */
int moe_checkpoint_load(const char *path, struct moe_checkpoint *c,
	struct moe *m, struct err *e);

/* -1 if the record is a checkpoint where a model is wanted, else 0. */
int moe_checkpoint_refuse(const struct record *r, struct err *e);

#endif
