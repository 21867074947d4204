#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/names.h"

/*
 * Length of the well-formed UTF-8 sequence at s, 0 if there is none.  The
 * range of the second byte rules out overlong forms, surrogates and values
 * above U+10FFFF (Unicode 15, table 3-7).
 */
static size_t
sequence(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	unsigned lo = 0x80, hi = 0xbf;

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > n)
		return 0;
	switch (s[0]) {
	case 0xe0: lo = 0xa0; break;
	case 0xed: hi = 0x9f; break;
	case 0xf0: lo = 0x90; break;
	case 0xf4: hi = 0x8f; break;
	}
	if (s[1] < lo || s[1] > hi)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

/* Copy raw; what `keep` refuses (by length of its sequence) becomes %XX. */
static char *
escape(const char *raw, bool (*keep)(const unsigned char *s, size_t len))
{
	static const char hex[] = "0123456789ABCDEF";
	const unsigned char *s = (const unsigned char *)raw;
	size_t left = strlen(raw), len;
	char *out = mem_alloc(left + 1, 3), *w = out;

	for (; left; s += len, left -= len) {
		len = sequence(s, left);
		if (len && keep(s, len)) {
			memcpy(w, s, len);
			w += len;
			continue;
		}
		len = 1;
		*w++ = '%';
		*w++ = hex[*s >> 4];
		*w++ = hex[*s & 15];
	}
	*w = '\0';
	return out;
}

bool
names_is_mark(const unsigned char *s, size_t len)
{
	unsigned tail;

	if (len == 2)
		return (s[0] == 0xc2 && s[1] < 0xa0) ||
			(s[0] == 0xd8 && s[1] == 0x9c);
	if (len != 3 || s[0] != 0xe2 || (s[1] & 0xfe) != 0x80)
		return len == 1 && (*s < 0x20 || *s == 0x7f);
	tail = (s[1] & 1u) << 6 | (s[2] & 0x3fu); /* U+2000 + tail */
	return tail == 0x0e || tail == 0x0f || (tail >= 0x28 && tail <= 0x2e) ||
		(tail >= 0x66 && tail <= 0x69);
}

static bool
plain_on_terminal(const unsigned char *s, size_t len)
{
	return !names_is_mark(s, len);
}

static bool
plain_in_item(const unsigned char *s, size_t len)
{
	return plain_on_terminal(s, len) && *s != '%';
}

char *
names_escape(const char *raw)
{
	return escape(raw, plain_in_item);
}

char *
names_printable(const char *raw)
{
	return escape(raw, plain_on_terminal);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* The byte that a %XX at s stands for; 0 if it is malformed or %00. */
static int
escaped_byte(const char *s)
{
	int hi, lo;

	if (s[0] != '%' || (hi = hex_digit(s[1])) < 0 ||
		(lo = hex_digit(s[2])) < 0)
		return 0;
	return hi * 16 + lo;
}

char *
names_unescape(const char *text)
{
	char *out = mem_alloc(strlen(text) + 1, 1), *w = out;
	int c;

	while (*text) {
		c = escaped_byte(text);
		*w++ = c ? (char)c : *text;
		text += c ? 3 : 1;
	}
	*w = '\0';
	return out;
}

/* Append the components of item to w, each behind a slash. */
static char *
put_components(char *w, const char *item)
{
	for (size_t n; *item; item += n) {
		n = strcspn(item, "/");
		if (n == 0) {
			n = 1;
			continue;
		}
		if (n == 1 && item[0] == '.')
			continue;
		*w++ = '/';
		if (n == 2 && item[0] == '.' && item[1] == '.')
			memcpy(w, "__", 2);
		else
			memcpy(w, item, n);
		w += n;
	}
	return w;
}

char *
names_output_path(const char *dir, const char *item, const char *suffix)
{
	size_t d, len, n = suffix ? strlen(suffix) : 0;
	char *out, *w;

	if (!*dir)
		dir = ".";
	for (d = len = strlen(dir); d && dir[d - 1] == '/';)
		d--;
	out = mem_alloc(len + strlen(item) + n + 4, 1);
	memcpy(out, dir, d);
	w = put_components(out + d, item);
	if (w == out + d) { /* nothing left of "/" or ".": some name */
		memcpy(w, "/_", 2);
		w += 2;
	}
	if (n)
		memcpy(w, suffix, n);
	w[n] = '\0';
	return out;
}

char *
names_extension(const char *path, const char *ext)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot;

	base += strspn(base, "."); /* ".hidden" has no extension */
	dot = strrchr(base, '.');
	if (!dot)
		dot = base + strlen(base);
	return mem_printf("%.*s.%s", (int)(dot - path), path, ext);
}

/* Open addressing over a table of 2^n slots, at most half full. */
struct names_set {
	char **slot;
	size_t room, count;
};

struct names_set *
names_set_open(void)
{
	struct names_set *s = mem_alloc(1, sizeof(*s));

	s->room = 64;
	s->count = 0;
	s->slot = mem_zalloc(s->room, sizeof(*s->slot));
	return s;
}

uint64_t
names_hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h ^ (h >> 32);
}

/* Where name is, or the free slot where it belongs. */
static char **
find(struct names_set *s, const char *name)
{
	size_t i = (size_t)names_hash(name);

	for (;; i++) {
		char **slot = &s->slot[i & (s->room - 1)];

		if (!*slot || strcmp(*slot, name) == 0)
			return slot;
	}
}

static void
widen(struct names_set *s)
{
	char **old = s->slot;
	size_t room = s->room;

	s->room *= 2;
	s->slot = mem_zalloc(s->room, sizeof(*s->slot));
	for (size_t i = 0; i < room; i++)
		if (old[i])
			*find(s, old[i]) = old[i];
	free(old);
}

bool
names_set_add(struct names_set *s, const char *name)
{
	char **slot = find(s, name);

	if (*slot)
		return false;
	*slot = mem_strdup(name);
	if (++s->count * 2 > s->room)
		widen(s);
	return true;
}

void
names_set_close(struct names_set *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->room; i++)
		free(s->slot[i]);
	free(s->slot);
	free(s);
}
