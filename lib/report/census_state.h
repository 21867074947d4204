/*
 * census_state.h - a census as a state, and states added to it.
 */
#ifndef REPORT_CENSUS_STATE_H
#define REPORT_CENSUS_STATE_H

#include <jansson.h>

#include "report/census.h"
#include "report/state.h"

/*
 * What was counted, taken out (s is written over) and put back (s is emptied):
 * in between no part may come, and there is nothing to report.  Items are
 * not the census' to count.
 */
void census_state_give(struct census *c, struct state *s);
void census_state_take(struct census *c, struct state *s);

/* From here on codes of other columns, k or model than those of s are refused;
 * -1: -m, -k or what was counted say otherwise.  name: its file, for messages. */
int census_state_expect(struct census *c, const struct state *s,
	const char *name, struct err *e);

/* Add s.  -1: as above, or it cannot be added. */
int census_state_add(struct census *c, const struct state *s, const char *name,
	struct err *e);

/* Figures of a state by itself, as of an item of that name; a new reference. */
json_t *census_state_item(
	const struct census *c, const struct state *s, const char *name);

#endif
