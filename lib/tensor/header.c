#include <stdlib.h>

#include "tensor/header.h"
#include "util/names.h"

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
	if (check_bounds(text, n, e) != 0)
		return NULL;
	root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (!root) {
		shown = names_escape(why.text);
		err_set(e, "header byte %d: %s", why.position, shown);
		free(shown);
	}
	return root;
}
