/*
 * page_routes.h - the sections of a page about routes, and about a trace.
 */
#ifndef REPORT_PAGE_ROUTES_H
#define REPORT_PAGE_ROUTES_H

#include <jansson.h>

#include "report/markup.h"

/* A heading and tables for each layer; long tables are cut, and say so. */
void page_routes(struct markup *m, const json_t *root);

/* The same for each layer and path of --trace. */
void page_routes_trace(struct markup *m, const json_t *root);

#endif
