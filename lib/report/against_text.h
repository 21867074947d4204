/*
 * against_text.h - what codes and models held against OLD show, for people.
 */
#ifndef REPORT_AGAINST_TEXT_H
#define REPORT_AGAINST_TEXT_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* a: `against` of a report; NULL is nothing. */
int against_text(const json_t *a, struct output *o, struct err *e);

#endif
