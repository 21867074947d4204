/*
 * survey_codes.h - codes that a survey counts: those of streams of codes, and
 * those that routes were chosen by.
 *
 * The two are of different codebooks, or the same tokens twice: they are never
 * added up.  Codes of routes have their figures in the routes' layers, and are
 * what the totals are of only where no others came.
 */
#ifndef REPORT_SURVEY_CODES_H
#define REPORT_SURVEY_CODES_H

#include "report/survey_state.h"

/* A part of codes, or of routes.  *item: its row of --by item, a new reference,
 * or NULL.  -1: its item is refused. */
int survey_codes_take(
	struct survey *s, const struct part *p, json_t **item, struct err *e);
int survey_codes_routes(
	struct survey *s, const struct part *p, json_t **item, struct err *e);

/* Any of either. */
bool survey_codes_any(const struct survey *s);

/* What the totals are of. */
struct census *survey_codes_census(const struct survey *s);

#endif
