/*
 * condition_eval.h - whether a condition holds of a report.
 *
 * All its figures are looked up first, so an unknown key is an error wherever
 * it stands.  A figure that is null is not known: neither is what is compared
 * with it, but false && unknown is false, and true || unknown true.
 */
#ifndef REPORT_CONDITION_EVAL_H
#define REPORT_CONDITION_EVAL_H

#include <jansson.h>

#include "report/condition.h"
#include "util/err.h"

/*
 * 1: it holds, 0: it does not, -1: it cannot be told.  values: a new object,
 * also after an error, of the figures as they are written in the condition (as
 * figures_real sets them), in that order.
 */
int condition_eval(const struct condition *c, const json_t *root,
	json_t **values, struct err *e);

#endif
