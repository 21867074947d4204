/*
 * moe_sets.h - all data of a training of experts: what is learned from, what
 * is held back, and the probe whose routes are followed.
 */
#ifndef MODEL_MOE_SETS_H
#define MODEL_MOE_SETS_H

#include "model/moe_data.h"
#include "model/moe_opts.h"
#include "util/strlist.h"

struct moe_sets_opts {
	struct moe_rows_opts rows;
	struct strlist inputs;
	struct strlist valid; /* judge on these; none: hold back a tenth */
	const char *probe;    /* NULL: none */
	bool bytes;           /* all of them are text */
	size_t max_errors;    /* stop at so many; 0: never */
};

struct moe_sets {
	struct moe_rows rows, valid_rows, probe_rows;
	struct moe_data train, held, probe;
	const char *target; /* as in the options */
	size_t errors;      /* inputs and items that failed, told */
	bool bytes;         /* the rows are of text */
};

/* Read everything.  -1: nothing is left to learn from, or they are not alike.
 * s is all-zero before; it is to be freed in any case. */
int moe_sets_read(
	struct moe_sets *s, const struct moe_sets_opts *o, struct err *e);
void moe_sets_free(struct moe_sets *s);

/*
 * What the rows say of a model: input, columns, vocab, head, outputs; context
 * where it is 0 (16 of single tokens, else 1).  Floats without a target are an
 * error.
 */
int moe_sets_describe(
	const struct moe_sets *s, struct moe_opts *o, struct err *e);

/* Do they fit a model?  The words name what each has. */
int moe_sets_fit(
	const struct moe_sets *s, const struct moe_opts *o, struct err *e);

/* Make train, held and probe, as the model takes rows. */
int moe_sets_divide(
	struct moe_sets *s, const struct moe_opts *o, struct err *e);

#endif
