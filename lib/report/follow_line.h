/*
 * follow_line.h - what a survey comes to so far and since the line before, as
 * one JSON object.
 *
 * Of codes: utilization and perplexity, of all stages together and each (of
 * several stages perplexity is the geometric mean); of routes: load_cv and
 * dead_experts of each layer, and the worst.  Keys with window_ are of what came
 * since the line before; they are null where nothing did.
 */
#ifndef REPORT_FOLLOW_LINE_H
#define REPORT_FOLLOW_LINE_H

#include <jansson.h>

#include "report/census.h"
#include "report/routes.h"
#include "stats/window.h"

/* All-zero: before the first line. */
struct follow_line {
	struct window *col, *load; /* [cols], [layers] */
	size_t cols, layers;
};

void follow_line_free(struct follow_line *l);

/* The figures go to o. */
void follow_line_codes(
	struct follow_line *l, const struct census *c, json_t *o);
void follow_line_routes(
	struct follow_line *l, const struct routes *r, json_t *o);

#endif
