/*
 * logs_text.h - logs of trainings (logs.h) in short, for people.
 */
#ifndef REPORT_LOGS_TEXT_H
#define REPORT_LOGS_TEXT_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* A row for each figure that a log has a best one of: figure, first, last,
 * best, at_step.  A new reference. */
json_t *logs_text_rows(const json_t *log);

/* The member `training` of a report: a line and a table each.  NULL: none. */
int logs_text(const json_t *all, struct output *o, struct err *e);

#endif
