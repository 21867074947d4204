#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/put.h"

int
put_text(struct output *out, struct err *e, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n, status;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(e, "out of memory");
	status = output_write(out, text, (size_t)n, e);
	free(text);
	return status;
}
