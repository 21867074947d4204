/*
 * render.h - the tree of a report as text, as TSV, as JSON.
 *
 * JSON is the tree as it is, with all digits.  TSV has a head line, then a
 * line each: scope `total`, the stages, items with their stages, and the rows
 * of routes (tree.h); an empty cell is null.  Text is short: what it comes to
 * (summary.h), the totals, a table of stages and the bars of their use, one of
 * items, those of routes, the warnings.
 */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

enum render { RENDER_TEXT, RENDER_TSV, RENDER_JSON };

int render_report(
	const json_t *root, enum render as, struct output *o, struct err *e);

#endif
