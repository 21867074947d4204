#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/put.h"

int
put_text(struct output *out, struct err *e, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(e, "out of memory");
	return put_owned(text, out, e);
}

int
put_owned(char *text, struct output *out, struct err *e)
{
	int status = output_write(out, text, strlen(text), e);

	free(text);
	return status;
}
