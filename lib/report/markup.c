#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/markup.h"
#include "util/mem.h"

static void
put(struct markup *m, const char *bytes, size_t n)
{
	if (m->status == 0)
		m->status = output_write(m->out, bytes, n, &m->err);
}

void
markup_raw(struct markup *m, const char *tags)
{
	put(m, tags, strlen(tags));
}

void
markup_format(struct markup *m, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		m->status = err_set(&m->err, "out of memory");
		return;
	}
	put(m, text, (size_t)n);
	free(text);
}

/* The bytes that the first one says there are; 0: it begins no character. */
static size_t
length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* Reads one character.  Its bytes, 0 if they are not UTF-8 (Unicode 15, table
 * 3-7: no surrogates, nothing longer than need be). */
static size_t
decode(const unsigned char *s, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = length_of(s[0]);

	if (n <= 1) {
		*c = s[0];
		return n;
	}
	*c = s[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

/* Unicode's Bidi_Control, and what ends a line. */
static int
turns(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* One character of n bytes. */
static void
character(struct markup *m, const char *s, size_t n, uint32_t c)
{
	switch (c) {
	case '&': markup_raw(m, "&amp;"); return;
	case '<': markup_raw(m, "&lt;"); return;
	case '>': markup_raw(m, "&gt;"); return;
	case '"': markup_raw(m, "&quot;"); return;
	case '\'': markup_raw(m, "&#39;"); return;
	default: break;
	}
	if (c < 0x20 || c == 0x7f)
		markup_format(m, "\\x%02x", c);
	else if ((c >= 0x80 && c < 0xa0) || (c & 0xfffe) == 0xfffe ||
		(c >= 0xfdd0 && c < 0xfdf0) || turns(c))
		markup_format(m, "\\u%04x", c);
	else
		put(m, s, n);
}

void
markup_text(struct markup *m, const char *text)
{
	while (*text) {
		uint32_t c;
		size_t n = decode((const unsigned char *)text, &c);

		if (n)
			character(m, text, n, c);
		else
			markup_format(m, "\\x%02x", (unsigned char)*text);
		text += n ? n : 1;
	}
}

void
markup_element(struct markup *m, const char *tag, const char *text)
{
	markup_format(m, "<%s>", tag);
	markup_text(m, text);
	markup_format(m, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void
markup_data(struct markup *m, const char *type, const void *data, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *b = data;

	markup_format(m, "data:%s;base64,", type);
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)b[i] << 16;
		char four[4];

		v |= i + 1 < n ? (uint32_t)b[i + 1] << 8 : 0;
		v |= i + 2 < n ? b[i + 2] : 0;
		for (int d = 0; d < 4; d++)
			four[d] = digit[v >> (18 - 6 * d) & 63];
		if (i + 2 >= n)
			four[3] = '=';
		if (i + 1 >= n)
			four[2] = '=';
		put(m, four, 4);
	}
}

int
markup_status(const struct markup *m, struct err *e)
{
	if (m->status != 0)
		*e = m->err;
	return m->status;
}
