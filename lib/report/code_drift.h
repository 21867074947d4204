/*
 * code_drift.h - the usage of codebooks held against an older one: --against.
 */
#ifndef REPORT_CODE_DRIFT_H
#define REPORT_CODE_DRIFT_H

#include <stddef.h>

#include <jansson.h>

#include "stats/tally.h"

/* Counts of codes and k of their columns (0: not known); borrowed. */
struct code_drift_side {
	const struct tally *tally;
	const size_t *k;
};

/*
 * An array of an object a column: stage, old_tokens, tokens,
 * js_distance, population_stability_index, its expected value for two samples
 * of one usage (usage_drift.h), new_codes, vanished_codes.  Into o the sums of
 * the last two, and the largest of the others.  The columns are as many.
 */
json_t *code_drift_stages(json_t *o, const struct code_drift_side *old,
	const struct code_drift_side *now, json_t *warnings);

#endif
