#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/opt_sibling.h"
#include "util/opt_sibling_rows.h"

#define ROWS (sizeof(opt_sibling_rows) / sizeof(opt_sibling_rows[0]))

/* "a b c" as "a, b and c".  malloc'd. */
static char *
list(const char *words)
{
	char *s = mem_strdup("");

	for (size_t n; *words; words += n) {
		const char *join = *s ? ", " : "";
		char *was = s;

		words += *words == ' ';
		n = strcspn(words, " ");
		if (*s && !words[n])
			join = " and ";
		s = mem_printf("%s%s%.*s", was, join, (int)n, words);
		free(was);
	}
	return s;
}

char *
opt_sibling_long(const char *name, size_t n)
{
	char *all = NULL, *who, *s;

	for (size_t i = 0; i < ROWS; i++) {
		const struct opt_sibling_row *r = &opt_sibling_rows[i];
		char *was = all;

		if (strncmp(r->name, name, n) != 0 || r->name[n])
			continue;
		all = mem_printf(
			"%s%s%s", was ? was : "", was ? " " : "", r->commands);
		free(was);
	}
	if (!all)
		return NULL;
	who = list(all);
	s = mem_printf(" (it is an option of %s)", who);
	free(who);
	free(all);
	return s;
}

char *
opt_sibling_letter(int letter)
{
	char *all = NULL, *s;

	for (size_t i = 0; i < ROWS; i++) {
		const struct opt_sibling_row *r = &opt_sibling_rows[i];
		char *who, *was = all;

		if (r->letter != letter)
			continue;
		who = list(r->commands);
		all = mem_printf("%s%s--%s of %s", was ? was : "",
			was ? ", " : "", r->name, who);
		free(who);
		free(was);
	}
	if (!all)
		return NULL;
	s = mem_printf(" (it is %s)", all);
	free(all);
	return s;
}
