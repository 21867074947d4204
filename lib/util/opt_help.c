#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/opt_help.h"

#define HELP_COLUMN 26
#define WIDTH 79 /* the 80th column makes some terminals wrap */

/* 1048576 is 1M where that is how people write it; 1024 stays 1024. */
static char *
size_text(size_t v, enum num_unit unit)
{
	if (unit == NUM_BINARY && v && v % (1 << 30) == 0)
		return mem_printf("%zuG", v >> 30);
	if (unit == NUM_BINARY && v >= 1 << 20 && v % (1 << 20) == 0)
		return mem_printf("%zuM", v >> 20);
	if (unit == NUM_BINARY && v >= 1 << 16 && v % (1 << 10) == 0)
		return mem_printf("%zuk", v >> 10);
	return mem_printf("%zu", v);
}

/* True if the variable holds the value that means "not set". */
static bool
unset(const struct opt *o)
{
	if (o->str)
		return !*o->str;
	if (o->num)
		return *o->num == 0;
	if (o->real)
		return *o->real == 0;
	return true;
}

char *
opt_help_default(const struct opt *o)
{
	if (o->none && unset(o))
		return mem_strdup(o->none);
	if (o->str && *o->str)
		return mem_strdup(*o->str);
	if (o->num)
		return size_text(*o->num, o->unit);
	if (o->real)
		return mem_printf("%g", *o->real);
	return NULL;
}

char *
opt_help_choices(const char *choices)
{
	char *out = mem_alloc(2 * strlen(choices) + 1, 1), *w = out;

	for (; *choices; choices++) {
		*w++ = *choices == '|' ? ',' : *choices;
		if (*choices == '|')
			*w++ = ' ';
	}
	*w = '\0';
	return out;
}

/* The help phrase with the choices behind it.  malloc'd. */
static char *
phrase(const struct opt *o)
{
	char *list, *s;

	if (!o->choices)
		return mem_strdup(o->help);
	list = opt_help_choices(o->choices);
	s = mem_printf("%s: %s", o->help, list);
	free(list);
	return s;
}

/* Print text from column at on, wrapped between words. */
static void
wrap(const char *text, size_t at)
{
	size_t col = at, n;

	for (;; text += n) {
		text += strspn(text, " ");
		n = strcspn(text, " ");
		if (n == 0)
			break;
		if (col > at && col + 1 + n > WIDTH) {
			printf("\n%*s", (int)at, "");
			col = at;
		}
		printf("%s%.*s", col > at ? " " : "", (int)n, text);
		col += n + (col > at);
	}
	putchar('\n');
}

static void
print_row(const struct opt *o, const char *def)
{
	char letter[] = { '-', (char)o->letter, ',', '\0' };
	char *left = mem_printf("  %-3s --%s%s%s", o->letter ? letter : "",
		o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	char *help = phrase(o);
	char *text = mem_printf(def ? "%s (%s)" : "%s", help, def);

	if (o->group)
		printf("\n%s:\n", o->group);
	if (strlen(left) + 2 > HELP_COLUMN)
		printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		printf("%-*s", HELP_COLUMN, left);
	wrap(text, HELP_COLUMN);
	free(text);
	free(help);
	free(left);
}

void
opt_help_print(
	const struct opt_cmd *c, const struct opt *rows, char *const *defaults)
{
	printf("Usage: %s [OPTION ...]%s%s\n", c->name, *c->operands ? " " : "",
		c->operands);
	wrap(c->purpose, 0);
	printf("\nOptions (defaults in parentheses):\n");
	for (size_t i = 0; rows[i].name; i++)
		print_row(&rows[i], defaults[i]);
	if (c->notes)
		printf("\n%s%s", c->notes,
			c->notes[strlen(c->notes) - 1] == '\n' ? "" : "\n");
}

void
opt_help_table(const struct opt *rows, char *const *defaults)
{
	for (size_t i = 0; rows[i].name; i++) {
		const struct opt *o = &rows[i];
		char *help = phrase(o);

		printf("%c\t%s\t%s\t%s\t%s\t%s\n", o->letter ? o->letter : '-',
			o->name, o->arg ? o->arg : "-",
			defaults[i] ? defaults[i] : "-", help,
			o->choices         ? o->choices
				: o->words ? o->words
					   : "-");
		free(help);
	}
}
