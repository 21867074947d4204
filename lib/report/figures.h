/*
 * figures.h - figures as members of a JSON object: the one tree that text, TSV
 * and JSON are written from.
 *
 * NaN (no such figure) is null; an infinite figure is null beside
 * "<key>_infinite": true.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include <stdint.h>

#include <jansson.h>

#include "stats/tally.h"

void figures_real(json_t *o, const char *key, double v);
void figures_count(json_t *o, const char *key, uint64_t v);
void figures_text(json_t *o, const char *key, const char *text);

/* The inverse of figures_real: NaN where absent or null, else the number. */
double figures_get(const json_t *o, const char *key);

/*
 * All that DESIGN section 5 says of codes: totals, joint_*, and `stages` with
 * an object a column.  k is [t->cols], 0 where it is not known (then null).
 * Beside joint figures that are null because of their limit is
 * "joint_limited": true; gini and top_share are no figures of several columns together.
 */
void figures_tally(json_t *o, const struct tally *t, const size_t *k);

/* Into each of the stages that figures_tally made: the array `curve` of
 * {"rank", "count", "share"} (ranking.h), empty where it is not known. */
void figures_curves(json_t *o, const struct tally *t, const size_t *k);

#endif
