#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/jsontext.h"
#include "util/mem.h"
#include "util/names.h"

#define ESCAPE 6 /* \uXXXX */

/*
 * Bytes of the mark that begins here, or 0.  The text is UTF-8; jansson has
 * escaped what is below a space in strings, and writes newlines between them.
 */
static size_t
mark(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = *s < 0xc0 ? 1 : *s < 0xe0 ? 2 : 3;

	return *s >= 0x7f && names_is_mark(s, n) ? n : 0;
}

static unsigned
code_point(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;

	if (n == 1)
		return *s;
	if (n == 2)
		return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
	return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
}

char *
jsontext(const json_t *v, size_t flags)
{
	char *text = json_dumps(v, flags), *out, *to;
	size_t marks = 0, n;

	for (const char *p = text; p && *p; p++)
		marks += mark(p) > 0;
	if (marks == 0)
		return text;
	out = to = mem_alloc(strlen(text) + ESCAPE * marks + 1, 1);
	for (const char *p = text; *p; p += n) {
		n = mark(p);
		if (n) {
			to += snprintf(
				to, ESCAPE + 1, "\\u%04X", code_point(p, n));
			continue;
		}
		n = 1;
		*to++ = *p;
	}
	*to = '\0';
	free(text);
	return out;
}
