/*
 * opt_set.h - the variable of one row of a table, set from text.
 */
#ifndef UTIL_OPT_SET_H
#define UTIL_OPT_SET_H

#include "util/err.h"
#include "util/opt.h"

/* As an option on the line sets it, with the same checks; the text of a flag
 * is not looked at.  The message does not name the option. */
int opt_set_value(const struct opt *o, const char *text, struct err *e);

/* The row of a long form without dashes, or of a letter. */
const struct opt *opt_set_find(
	const struct opt *table, const char *name, struct err *e);

/* That row as its text on the line would set it; a flag by yes, no, 1, 0 (no
 * is as if it were not on the line).  text is borrowed as argv is.  The
 * message begins with the long form and the text. */
int opt_set(const struct opt *table, const char *name, const char *text,
	struct err *e);

#endif
