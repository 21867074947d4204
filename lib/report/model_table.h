/*
 * model_table.h - the models that can be named without a path, as a text: name,
 * medium, rate, codes, size, quality, what they learned from.
 */
#ifndef REPORT_MODEL_TABLE_H
#define REPORT_MODEL_TABLE_H

#include <stddef.h>

#include "util/err.h"
#include "util/output.h"

/*
 * A line a file of model_find.h below a line of heads; two blanks or more
 * between columns.  "(hidden)" stands behind a name that an earlier folder has
 * too.  The rate is the nominal one, of a channel, with all stages.  The
 * quality is what about.quality says, else that of what was held back
 * (judge_quality), else "-".  A file that is no model is said by say_error and
 * counted in *bad.
 */
int model_table_write(struct output *o, size_t *bad, struct err *e);

#endif
