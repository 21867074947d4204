/*
 * follow_text.h - lines of figures for people and programs, as they come.
 *
 * Text: columns of fixed width below one line of headings.  TSV: the same with
 * tabs and all digits.  JSON: an object a line.
 */
#ifndef REPORT_FOLLOW_TEXT_H
#define REPORT_FOLLOW_TEXT_H

#include <stdbool.h>

#include <jansson.h>

#include "report/render.h"

/* All-zero but for `as`: before the first line. */
struct follow_text {
	enum render as;
	char *columns; /* the headings, as they were written last; or NULL */
};

void follow_text_free(struct follow_text *t);

/* The line, with its headings where they are other ones than before; arrays
 * and objects are in JSON only.  malloc'd, with its newline. */
char *follow_text_line(struct follow_text *t, const json_t *o);

#endif
