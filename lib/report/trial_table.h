/*
 * trial_table.h - the table of a comparison, a row as soon as a trial is done.
 *
 * Text is trial_text.h's.  TSV and JSON (an array of objects, one a line) have
 * one line a trial, with the same keys: type, codes, the compared options,
 * bits_per_token, bits_per_pixel (of images) or bits_per_second (of a channel
 * of sounds), saved_step, settled, weighted, then with "held_" and "train_"
 * before them tokens, used, utilization, expected_utilization, entropy_bits,
 * perplexity, error, psnr_db, snr_db or mse (of images, sounds, rows), and
 * where a model is gone on with churn, split, drift; seconds; failed (why, of
 * a trial that has no figures).
 */
#ifndef REPORT_TRIAL_TABLE_H
#define REPORT_TRIAL_TABLE_H

#include "model/trial.h"
#include "model/trials.h"
#include "report/render.h"
#include "report/trial_text.h"

struct trial_table {
	const struct trials *plan; /* borrowed */
	enum item_kind kind;
	enum render as;
	struct output *out; /* borrowed */
	size_t rows;
	struct trial_text text;
};

/* Writes what stands above the rows.  Also where it fails, t is to be freed. */
int trial_table_begin(struct trial_table *t, const struct trials *plan,
	enum item_kind kind, enum render as, struct output *out, struct err *e);

/* The row of trial i; readers see it at once. */
int trial_table_row(struct trial_table *t, size_t i, const struct trial *trial,
	struct err *e);

/* What stands below; judged: held-back items were named by --valid. */
int trial_table_end(struct trial_table *t, bool judged, struct err *e);
void trial_table_free(struct trial_table *t);

#endif
