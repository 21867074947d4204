/*
 * trace_text.h - a trace to be read: a summary of each layer, a line a step.
 */
#ifndef REPORT_TRACE_TEXT_H
#define REPORT_TRACE_TEXT_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* trace: the array of the report, or NULL.  Steps are those of a layer's last
 * path, which is of all columns. */
int trace_text(const json_t *trace, struct output *o, struct err *e);

#endif
