/*
 * trial_text.h - the table of a comparison as text: two lines a trial, for what
 * was held back and for a sample of the training vectors, and below them what
 * the columns are and what they cannot say.
 */
#ifndef REPORT_TRIAL_TEXT_H
#define REPORT_TRIAL_TEXT_H

#include "model/trial.h"
#include "model/trials.h"
#include "util/output.h"

struct trial_text {
	const struct trials *plan; /* borrowed */
	enum item_kind kind;
	size_t type_width, codes_width, tokens_width;
	size_t width[TRIALS_AXES]; /* of the compared options */

	/* Of the rows so far. */
	double *bits; /* [plan->count] of a token; 0: no such row */
	size_t done, starts, lasts, weighted, continued, held;
	size_t columns;     /* most */
	struct trial about; /* the last one's data */
};

void trial_text_init(
	struct trial_text *t, const struct trials *plan, enum item_kind kind);
void trial_text_free(struct trial_text *t);

/* The line of heads, the lines of a trial, the lines below all; judged:
 * held-back items were named by --valid. */
int trial_text_head(
	const struct trial_text *t, struct output *out, struct err *e);
int trial_text_row(struct trial_text *t, size_t i, const struct trial *trial,
	struct output *out, struct err *e);
int trial_text_foot(const struct trial_text *t, bool judged, struct output *out,
	struct err *e);

#endif
