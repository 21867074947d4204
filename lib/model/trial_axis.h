/*
 * trial_axis.h - an option of vq-train and the values that are compared.
 */
#ifndef MODEL_TRIAL_AXIS_H
#define MODEL_TRIAL_AXIS_H

#include "model/train_settings.h"
#include "util/strlist.h"

struct trial_axis {
	const char *name; /* long form */
	enum trial_axis_kind { TRIAL_TEXT, TRIAL_NUMBER, TRIAL_FLAG } kind;
	struct strlist text;  /* as they were written */
	struct strlist value; /* as they are shown: 8k of a count is 8192, 1 of
	                         a flag is yes */
};

/*
 * "NAME=A,B" or "NAME=A;B" (where values have commas), or types alone, "A,B";
 * NAME is a long form or a letter.  Each value is checked as on the line.
 * Options that are not of the training itself, or that say what the data are,
 * are refused: all trials share the data.  So is a value twice.
 */
int trial_axis_parse(struct trial_axis *a, const char *spec, struct err *e);
void trial_axis_free(struct trial_axis *a);

/* True if s says otherwise than the defaults on the line, by another option
 * than this axis: one of the two would not count. */
bool trial_axis_on_line(
	const struct trial_axis *a, const struct train_settings *s);

/* Set value i in s, where it lives as long as a. */
int trial_axis_apply(const struct trial_axis *a, size_t i,
	struct train_settings *s, struct err *e);

#endif
