/*
 * markup.h - HTML to an output, also well-formed XML, whatever is in the data.
 *
 * A failed write is kept, and nothing more is written; markup_status tells.
 */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stddef.h>

#include "util/err.h"
#include "util/output.h"

/* Start with {.out = ...}. */
struct markup {
	struct output *out;
	struct err err;
	int status;
};

/* Our own tags, as they are. */
void markup_raw(struct markup *m, const char *tags);
void markup_format(struct markup *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Text of anyone, in an element or between the quotes of an attribute.  What
 * is no character of XML, control characters, bytes that are not UTF-8 and
 * characters that turn the direction of text stand there as \xHH or \uHHHH.
 */
void markup_text(struct markup *m, const char *text);

/* <tag>text</tag>; tag may have attributes: "p class=\"x\"". */
void markup_element(struct markup *m, const char *tag, const char *text);

/* data:TYPE;base64,... */
void markup_data(
	struct markup *m, const char *type, const void *data, size_t n);

/* 0, or -1 and why. */
int markup_status(const struct markup *m, struct err *e);

#endif
