/*
 * route_text.h - routes to be read: short tables, a layer after the other.
 */
#ifndef REPORT_ROUTE_TEXT_H
#define REPORT_ROUTE_TEXT_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* routes: the array of the report.  Long tables are cut, and say so. */
int route_text(const json_t *routes, struct output *o, struct err *e);

#endif
