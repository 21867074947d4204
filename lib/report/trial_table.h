/*
 * trial_table.h - the table of a comparison, a row as soon as a trial is done.
 *
 * Text has two lines a trial, for what was held back and for a sample of the
 * training vectors.  TSV and JSON (an array of objects, one a line) have one,
 * with the same keys: type, codes, the compared options, bits_per_token,
 * saved_step, then with "held_" and "train_" before them tokens, used,
 * utilization, expected_utilization, perplexity, error and psnr_db, snr_db or
 * mse (of images, sounds, rows); seconds; failed (why, of a trial that has no
 * figures).
 */
#ifndef REPORT_TRIAL_TABLE_H
#define REPORT_TRIAL_TABLE_H

#include "model/trial.h"
#include "model/trials.h"
#include "report/render.h"

struct trial_table {
	const struct trials *plan; /* borrowed */
	enum item_kind kind;
	enum render as;
	struct output *out; /* borrowed */
	size_t rows;
	size_t width[TRIALS_AXES]; /* text: of the compared options */
	size_t type_width;
};

/* Writes what stands above the rows. */
int trial_table_begin(struct trial_table *t, const struct trials *plan,
	enum item_kind kind, enum render as, struct output *out, struct err *e);

/* The row of trial i; readers see it at once. */
int trial_table_row(struct trial_table *t, size_t i, const struct trial *trial,
	struct err *e);

/* What stands below; judged: held-back items were named by --valid. */
int trial_table_end(struct trial_table *t, bool judged, struct err *e);

#endif
