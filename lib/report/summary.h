/*
 * summary.h - what people see first in the text of a report: its sentences,
 * and how even the codes are used.
 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* The sentences (glance.h), a line each, and an empty line; nothing where
 * there are none. */
int summary_head(const json_t *root, struct output *o, struct err *e);

/* A row of bars for each stage that has a curve (bars.h), under a line that
 * says what they are; in the characters of the locale. */
int summary_bars(const json_t *stages, struct output *o, struct err *e);

#endif
