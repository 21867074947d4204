/*
 * log_json.h - one line of a training log.
 *
 * What Python's json.dumps writes of a loss that is no figure, NaN, Infinity
 * and -Infinity, is no JSON, but is what one looks for in such a log: outside
 * of strings these words are read as null.
 */
#ifndef REPORT_LOG_JSON_H
#define REPORT_LOG_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "util/err.h"

/*
 * A new reference to the object in text[0..n), which has a number `step`;
 * *words: one of the three was there.  NULL: it is no such object; the message
 * says why, not where.
 */
json_t *log_json_read(const char *text, size_t n, bool *words, struct err *e);

#endif
