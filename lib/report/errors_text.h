/*
 * errors_text.h - the codes of the largest error, of each stage, for people.
 */
#ifndef REPORT_ERRORS_TEXT_H
#define REPORT_ERRORS_TEXT_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* A table of the `errors` of stages (code_errors.h): all of a single stage, the
 * first three of each of several; nothing where there are none. */
int errors_text(const json_t *stages, struct output *o, struct err *e);

#endif
