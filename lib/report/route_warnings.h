/*
 * route_warnings.h - what a reader of a layer's figures must be warned of.
 */
#ifndef REPORT_ROUTE_WARNINGS_H
#define REPORT_ROUTE_WARNINGS_H

#include <jansson.h>

#include "report/route_layer.h"

/* Dead experts, by number; E that is a guess; too few tokens to judge E; what
 * was left out for its size. */
void route_warnings(const struct route_layer *l, json_t *warnings);

#endif
