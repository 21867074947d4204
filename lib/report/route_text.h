/*
 * route_text.h - routes to be read: short tables, a layer after the other.
 */
#ifndef REPORT_ROUTE_TEXT_H
#define REPORT_ROUTE_TEXT_H

#include <jansson.h>

#include "report/breakdown.h"
#include "util/err.h"
#include "util/output.h"

/* routes: the array of the report.  Long tables are cut, and say so; by: which
 * labels are shown, and in what order. */
int route_text(const json_t *routes, const struct breakdown_opts *by,
	struct output *o, struct err *e);

#endif
