/*
 * plot_make.h - from the report's JSON tree to charts, a function a kind of
 * plot.
 *
 * Each writes the charts that the tree has data for, titled and fitted, and
 * says how many; they are the caller's to free.
 */
#ifndef REPORT_PLOT_MAKE_H
#define REPORT_PLOT_MAKE_H

#include <stdint.h>

#include <jansson.h>

#include "report/chart.h"

#define PLOT_MAKE_MAX 3 /* charts of a kind */

/* stages[].curve: tokens of a code by its rank, and what even use would be;
 * share of the tokens by share of the codes. */
size_t plot_codes_usage(const json_t *root, struct chart to[PLOT_MAKE_MAX]);
size_t plot_codes_curve(const json_t *root, struct chart to[PLOT_MAKE_MAX]);

/* training[].points: losses, utilization, and the spread of loads. */
size_t plot_training(const json_t *root, struct chart to[PLOT_MAKE_MAX]);

/* routes[].paths[].load; trace[].steps. */
size_t plot_routes_load(const json_t *root, struct chart to[PLOT_MAKE_MAX]);
size_t plot_routes_fluctuation(
	const json_t *root, struct chart to[PLOT_MAKE_MAX]);

/*
 * Quality by rate.  items[]: the n-th item of a name that has a rate and the
 * n-th that has a quality are one point of the n-th series; names are compared
 * without folders and what follows the last dot.  Where there are none, models[]:
 * a point each, if there are several.
 */
size_t plot_rate(const json_t *root, struct chart to[PLOT_MAKE_MAX]);

/* 12,345 */
#define PLOT_COUNT_MAX 32
const char *plot_count(uint64_t v, char to[PLOT_COUNT_MAX]);

/* A whole number that is not negative; 0 where there is none. */
uint64_t plot_count_of(const json_t *o, const char *key);

#endif
