/*
 * due.h - whether a router is due for training again, and why.
 */
#ifndef REPORT_DUE_H
#define REPORT_DUE_H

#include <stdbool.h>

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* Shares of tokens that may change their experts, or their code. */
struct due_limits {
	double drift, churn;
	bool asked[2]; /* of drift, of churn: somebody named it */
};

/* retrain_due, true or false, and retrain_reason, words or null.  NaN: not
 * known; if neither is, both are null. */
void due_set(
	json_t *o, double drift, double churn, const struct due_limits *limits);

/* In text: a line for each row (a path) that is due. */
int due_text(const json_t *rows, struct output *o, struct err *e);

#endif
