/*
 * moe_loop.h - the steps of a training of experts, and what is written while
 * they run: log, trace, checkpoints.
 */
#ifndef MODEL_MOE_LOOP_H
#define MODEL_MOE_LOOP_H

#include "model/moe.h"
#include "model/moe_sets.h"

struct moe_loop_opts {
	const char *log, *trace; /* NULL: none */
	const char *checkpoint;  /* NULL: none */
	size_t checkpoint_every; /* steps */
	double probe_every;      /* moe_trace_next's ratio */
	bool resume;             /* go on from the checkpoint, if it is there */
	bool made;               /* with resume: the model exists; see done */
	bool force;              /* replace log, trace and checkpoint */
};

struct moe_loop_result {
	size_t step, skipped;
	size_t valid_rows;                 /* N of: */
	double valid_loss, valid_accuracy; /* NaN: none */
	int stopped;    /* the signal that ended it, with a checkpoint; or 0 */
	bool done;      /* made, and the checkpoint fits: nothing was run */
	bool unwritten; /* log, trace or a checkpoint failed; told */
};

/*
 * Train m, which moe_init made and whose start is set.  -1: it does not learn
 * (ten steps in a row that were not finite), the files cannot be begun, or the
 * checkpoint does not fit.
 */
int moe_loop_run(struct moe *m, const struct moe_sets *s,
	const struct moe_loop_opts *o, struct moe_loop_result *r,
	struct err *e);

/* The mean loss over up to 16,384 examples at equal distances, and the share
 * of right classes (NaN of real targets); both NaN if there are none.  Returns
 * how many there were. */
size_t moe_loop_evaluate(struct moe *m, const struct moe_data *d, double *loss,
	double *accuracy);

#endif
