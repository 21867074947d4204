/*
 * trial_row.h - a trial of a comparison as an object, for TSV and JSON.
 *
 * Every object of a table has the same keys (trial_table.h); what is not known
 * is null.
 */
#ifndef REPORT_TRIAL_ROW_H
#define REPORT_TRIAL_ROW_H

#include <jansson.h>

#include "model/trial.h"
#include "model/trials.h"

json_t *trial_row(const struct trials *p, size_t i, const struct trial *t,
	enum item_kind kind);

/* False for the options that every table has: type and codes. */
bool trial_row_own(const struct trial_axis *a);

/* Some trials go on with a model; some may make its codebooks grow. */
bool trial_row_continue(const struct trials *p);
bool trial_row_grow(const struct trials *p);

#endif
