/*
 * survey_sum.h - states among what a survey reads, and the one that it adds to.
 */
#ifndef REPORT_SURVEY_SUM_H
#define REPORT_SURVEY_SUM_H

#include "report/survey.h"
#include "util/input.h"

/* Before the first operand: what the file of --state holds must be fit to be
 * added to. */
int survey_sum_open(struct survey *s, struct err *e);

/* An operand that begins with a state: it, and those behind it. */
void survey_sum_take(struct survey *s, struct input *in);

/* Why something that is no state must not be counted; NULL: it may.  routes:
 * that is what it is. */
const char *survey_sum_refuses(const struct survey *s, bool routes);

/* survey_add_up. */
int survey_sum_add(struct survey *s, struct err *e);

/* survey_settle. */
int survey_sum_settle(struct survey *s, int status, struct err *e);

/* item_count and failed_items of all that is reported. */
void survey_sum_figures(const struct survey *s, json_t *o);

#endif
