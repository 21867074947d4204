#include <stdlib.h>
#include <string.h>

#include "model/about.h"
#include "util/mem.h"

/* The length of the key; 0 if there is none. */
static size_t
key_length(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return text[n] == '=' ? n : 0;
}

int
about_check(const struct strlist *texts, struct err *e)
{
	for (size_t i = 0; i < texts->count; i++)
		if (key_length(texts->item[i]) == 0)
			return err_set(e,
				"--describe %.80s: not KEY=VALUE with a key of "
				"small letters, digits, '.', '_' and '-'",
				texts->item[i]);
	return 0;
}

void
about_set(struct meta *m, const struct strlist *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->item[i];
		size_t n = key_length(text);
		char *key = mem_printf(ABOUT_PREFIX "%.*s", (int)n, text);

		if (text[n + 1])
			meta_set(m, key, text + n + 1);
		else
			meta_del(m, key);
		free(key);
	}
}

const char *
about_get(const struct meta *m, const char *key)
{
	char *full = mem_printf(ABOUT_PREFIX "%s", key);
	const char *value = meta_get(m, full);

	free(full);
	return value;
}
