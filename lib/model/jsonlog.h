/*
 * jsonlog.h - a file of JSON lines that grows while a program runs, so that it
 * can be followed.
 */
#ifndef MODEL_JSONLOG_H
#define MODEL_JSONLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "util/err.h"

struct jsonlog;

/*
 * The first keep bytes of the file stay (output_append).  An existing file of
 * which nothing is to stay is refused without force; "-" is stderr, since
 * stdout may be for the result.  The message names the path.
 */
struct jsonlog *jsonlog_open(
	const char *path, uint64_t keep, bool force, struct err *e);

/* A line: o is taken.  Whole lines go out at once.  The first failure is kept
 * for the close, and nothing more is written. */
void jsonlog_put(struct jsonlog *l, json_t *o);

/* Bytes of the file so far, those kept too. */
uint64_t jsonlog_length(const struct jsonlog *l);

/* -1 if anything could not be written.  Frees l; NULL is allowed. */
int jsonlog_close(struct jsonlog *l, struct err *e);

/* Figures for a line; one that is not finite is null. */
void jsonlog_real(json_t *o, const char *key, double v);
void jsonlog_count(json_t *o, const char *key, uint64_t v);

#endif
