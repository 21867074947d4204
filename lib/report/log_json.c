#include <stdlib.h>
#include <string.h>

#include "report/log_json.h"
#include "util/mem.h"

/* Bytes of the string that begins here, its quotes included. */
static size_t
string_length(const char *s, size_t n)
{
	size_t i = 1;

	while (i < n && s[i] != '"')
		i += s[i] == '\\' ? 2 : 1;
	return i < n ? i + 1 : n;
}

/* Bytes of the word that begins here; 0: none of the three. */
static size_t
word_length(const char *s, size_t n)
{
	static const char *const word[] = { "NaN", "Infinity", "-Infinity" };

	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++) {
		size_t m = strlen(word[i]);

		if (m <= n && memcmp(s, word[i], m) == 0)
			return m;
	}
	return 0;
}

/* A copy with null for these words, *n its length; NULL: there are none. */
static char *
with_nulls(const char *text, size_t *n)
{
	/* "NaN" becomes a byte longer. */
	char *out = mem_alloc(*n + *n / 3 + 1, 1), *to = out;
	bool any = false;
	size_t m;

	for (size_t i = 0; i < *n; i += m) {
		const char *from = text + i;
		bool word = false;

		m = 1;
		if (*from == '"') {
			m = string_length(from, *n - i);
		} else if (word_length(from, *n - i)) {
			m = word_length(from, *n - i);
			word = any = true;
		}
		memcpy(to, word ? "null" : from, word ? 4 : m);
		to += word ? 4 : m;
	}
	*n = (size_t)(to - out);
	if (any)
		return out;
	free(out);
	return NULL;
}

json_t *
log_json_read(const char *text, size_t n, bool *words, struct err *e)
{
	json_error_t why;
	json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	char *other = o ? NULL : with_nulls(text, &n);

	*words = other != NULL;
	if (other)
		o = json_loadb(other, n, JSON_REJECT_DUPLICATES, &why);
	free(other);
	if (!o) {
		err_set(e, "not JSON: %s", why.text);
		return NULL;
	}
	if (json_is_number(json_object_get(o, "step")))
		return o;
	json_decref(o);
	err_set(e,
		"no log of a training: there is no number "
		"\"step\"");
	return NULL;
}
