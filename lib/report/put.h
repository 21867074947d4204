/* put.h - formatted text to an output. */
#ifndef REPORT_PUT_H
#define REPORT_PUT_H

#include "util/output.h"

int put_text(struct output *out, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Takes text, which came from malloc. */
int put_owned(char *text, struct output *out, struct err *e);

#endif
