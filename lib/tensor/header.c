#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/header.h"
#include "tensor/le.h"
#include "util/crc.h"
#include "util/names.h"

#define DIGITS ((size_t)8)

/* Where the digits of the checksum begin; 0: there are none. */
static size_t
find_sum(const char *text, size_t n)
{
	static const char key[] = HEADER_SUM_KEY;
	const char *at = memmem(text, n, key, sizeof(key) - 1);

	return at ? (size_t)(at - text) + sizeof(key) - 1 : 0;
}

/* The digits that belong at text + at. */
static void
sum_of(const char *text, size_t n, size_t at, char digits[DIGITS + 1])
{
	unsigned char length[8];
	uint32_t crc;

	le_put64(length, n);
	crc = crc_add(0, length, sizeof(length));
	crc = crc_add(crc, text, at);
	crc = crc_add(crc, "00000000", DIGITS);
	crc = crc_add(crc, text + at + DIGITS, n - at - DIGITS);
	snprintf(digits, DIGITS + 1, "%08" PRIx32, crc);
}

static int
check_sum(const char *text, size_t n, struct err *e)
{
	size_t at = find_sum(text, n);
	char digits[DIGITS + 1], said[DIGITS + 1] = "", *shown;

	if (!at)
		return 0;
	if (n - at < DIGITS)
		return err_set(e, "header byte %zu: cut short", n);
	sum_of(text, n, at, digits);
	memcpy(said, text + at, DIGITS);
	if (memcmp(digits, said, DIGITS) == 0)
		return 0;
	shown = names_escape(said);
	err_set(e,
		"the header's crc32 is %s, metadata key \"" HEADER_SUM
		"\" says %s: the header is damaged (a program that changes "
		"it leaves the key out)",
		digits, shown);
	free(shown);
	return -1;
}

void
header_sign(char *text, size_t n)
{
	size_t at = find_sum(text, n);
	char digits[DIGITS + 1];

	assert(at && n - at > DIGITS);
	sum_of(text, n, at, digits);
	memcpy(text + at, digits, DIGITS);
}

/* The byte behind the string that begins at text[i]. */
static size_t
skip_string(const char *text, size_t n, size_t i)
{
	for (i++; i < n && text[i] != '"'; i++)
		if (text[i] == '\\')
			i++;
	return i < n ? i + 1 : n;
}

/*
 * Commas and opening brackets are at least as many as the values: each value
 * but the outermost is the first in its brackets or follows a comma.  What is
 * not JSON is the parser's to refuse; up to there it sees the same strings.
 */
static int
check_bounds(const char *text, size_t n, struct err *e)
{
	size_t values = 0, depth = 0;

	for (size_t i = 0; i < n;) {
		char c = text[i];

		if (c == '"') {
			i = skip_string(text, n, i);
			continue;
		}
		if (c == '{' || c == '[' || c == ',')
			values++;
		if (c == '{' || c == '[')
			depth++;
		else if (depth && (c == '}' || c == ']'))
			depth--;
		if (depth > HEADER_DEPTH_MAX)
			return err_set(e,
				"header byte %zu: nested deeper than %d", i,
				HEADER_DEPTH_MAX);
		if (values > HEADER_VALUES_MAX)
			return err_set(e,
				"header byte %zu: more than %zu values", i,
				HEADER_VALUES_MAX);
		i++;
	}
	return 0;
}

json_t *
header_load(const char *text, size_t n, struct err *e)
{
	json_error_t why;
	json_t *root;
	char *shown;

	if (n < 1 || *text != '{') {
		err_set(e, "header byte 0: no '{'");
		return NULL;
	}
	if (check_sum(text, n, e) != 0 || check_bounds(text, n, e) != 0)
		return NULL;
	root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (!root) {
		shown = names_escape(why.text);
		err_set(e, "header byte %d: %s", why.position, shown);
		free(shown);
	}
	return root;
}
