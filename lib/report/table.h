/*
 * table.h - an array of objects as an aligned table.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* A line of headings, a line a row; below it, if not NULL and there is more
 * than one row, the line of totals.  An empty line comes first; no rows are
 * nothing.  keys: an object, whose keys are the columns. */
int table_text(const json_t *rows, const json_t *keys, const json_t *total,
	struct output *o, struct err *e);

/* The same in several tables below each other, each with the first column, of
 * at most so many characters a line if a column has room at all. */
int table_wrapped(const json_t *rows, const json_t *keys, const json_t *total,
	size_t width, struct output *o, struct err *e);

/* As table_text with the columns of a list ("a b c") that some row knows. */
int table_listed(
	const json_t *rows, const char *keys, struct output *o, struct err *e);

#endif
