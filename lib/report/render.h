/*
 * render.h - the tree of a report in each form.
 *
 * JSON is the tree as it is, with all digits.  TSV and JSON lines have a row
 * each: the total, the stages, items with their stages, and so on
 * (render_rows.h); Prometheus has a sample a figure (prometheus.h).  Text is
 * short: what it comes to in sentences, the totals, tables of stages, of items,
 * of routes, the warnings.
 */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include <jansson.h>

#include "report/breakdown.h"
#include "util/err.h"
#include "util/output.h"

enum render {
	RENDER_TEXT,
	RENDER_TSV,
	RENDER_JSON,
	RENDER_JSON_LINES, /* of reports only, like the next one */
	RENDER_PROMETHEUS
};

/* by: which rows text shows of items and groups. */
int render_report(const json_t *root, enum render as,
	const struct breakdown_opts *by, struct output *o, struct err *e);

#endif
