/*
 * route_warnings.h - what a reader of a layer's figures must be warned of.
 */
#ifndef REPORT_ROUTE_WARNINGS_H
#define REPORT_ROUTE_WARNINGS_H

#include <jansson.h>

#include "report/route_layer.h"
#include "stats/load.h"

/* Dead experts, by number; E that is a guess; too few tokens to judge E; what
 * was left out for its size. */
void route_warnings(const struct route_layer *l, json_t *warnings);

/* Dead experts of a load, where it has tokens; place: what a warning begins
 * with. */
void route_warnings_load(const struct load *load, size_t experts,
	const char *place, json_t *warnings);

#endif
