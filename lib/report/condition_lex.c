#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/condition_lex.h"
#include "util/mem.h"
#include "util/num.h"

static const char blanks[] = " \t\n\r";
static const char digits[] = "0123456789";
static const char name_bytes[] = "0123456789_abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

int
condition_lex_error(const struct condition_lex *l, size_t at, struct err *e,
	const char *fmt, ...)
{
	size_t column = 1;
	char *text;
	va_list ap;
	int n;

	/* A character's bytes but the first are 10xxxxxx in UTF-8. */
	for (size_t i = 0; i < at; i++)
		column += ((unsigned char)l->text[i] & 0xc0) != 0x80;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(e, "out of memory");
	err_set(e, "column %zu: %s", column, text);
	free(text);
	return -1;
}

int
condition_lex_expected(
	const struct condition_lex *l, const char *what, struct err *e)
{
	if (l->word == CONDITION_END)
		return condition_lex_error(
			l, l->at, e, "expected %s, not the end", what);
	return condition_lex_error(l, l->at, e, "expected %s, not \"%.*s\"",
		what, (int)(l->n < 40 ? l->n : 40), l->text + l->at);
}

/* Bytes of what looks like a number, sign included; 0: it is none. */
static size_t
number_length(const char *s)
{
	size_t n = *s == '-' || *s == '+';

	if (!strchr(digits, s[n + (s[n] == '.')]) || !s[n + (s[n] == '.')])
		return 0;
	n += strspn(s + n, "0123456789.");
	if (s[n] == 'e' || s[n] == 'E') {
		n++;
		n += s[n] == '-' || s[n] == '+';
		n += strspn(s + n, digits);
	}
	/* "12abc" is one wrong number, not a number and a name. */
	return n + strspn(s + n, name_bytes);
}

static int
read_number(struct condition_lex *l, struct err *e)
{
	char text[64];

	l->word = CONDITION_NUMBER;
	if (l->n < sizeof(text)) {
		memcpy(text, l->text + l->at, l->n);
		text[l->n] = '\0';
		if (num_real(text, &l->number) == 0)
			return 0;
	}
	return condition_lex_expected(l, "a number like 0.9 or 1e-3", e);
}

/* Longer ones first. */
static const struct {
	const char *text;
	enum condition_word word;
} sign[] = {
	{ "||", CONDITION_OR },
	{ "&&", CONDITION_AND },
	{ "<=", CONDITION_AT_MOST },
	{ ">=", CONDITION_AT_LEAST },
	{ "==", CONDITION_EQUAL },
	{ "!=", CONDITION_UNEQUAL },
	{ "<", CONDITION_LESS },
	{ ">", CONDITION_MORE },
	{ "!", CONDITION_NOT },
	{ "(", CONDITION_OPEN },
	{ ")", CONDITION_CLOSE },
	{ "[", CONDITION_INDEX },
	{ ".", CONDITION_DOT },
};

static int
read_sign(struct condition_lex *l, struct err *e)
{
	static const char *const half[][2] = { { "=", "==" }, { "&", "&&" },
		{ "|", "||" } };
	const char *s = l->text + l->at;

	for (size_t i = 0; i < sizeof(sign) / sizeof(*sign); i++) {
		l->n = strlen(sign[i].text);
		l->word = sign[i].word;
		if (strncmp(s, sign[i].text, l->n) == 0)
			return 0;
	}
	for (size_t i = 0; i < sizeof(half) / sizeof(*half); i++)
		if (*s == *half[i][0])
			return condition_lex_error(l, l->at, e,
				"\"%s\" means nothing here: write %s",
				half[i][0], half[i][1]);
	return condition_lex_error(
		l, l->at, e, "\"%.12s\" means nothing here", s);
}

int
condition_lex_next(struct condition_lex *l, struct err *e)
{
	const char *s;

	l->at += l->n;
	l->at += strspn(l->text + l->at, blanks);
	s = l->text + l->at;
	l->word = CONDITION_END;
	l->n = 0;
	if (!*s)
		return 0;
	l->n = number_length(s);
	if (l->n)
		return read_number(l, e);
	l->word = CONDITION_NAME;
	l->n = strspn(s, name_bytes);
	return l->n ? 0 : read_sign(l, e);
}

/* A copy of what is within quotes, after *used bytes; NULL: they do not end.
 * As in a shell, a backslash takes the meaning from " and \\ within "", and is
 * itself within ''. */
static char *
read_quoted(const char *s, size_t *used)
{
	char *out = mem_alloc(strlen(s), 1), *to = out;
	const char *at = s + 1;

	for (; *at && *at != *s; at++) {
		if (*s == '"' && *at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		*to++ = *at;
	}
	*to = '\0';
	*used = (size_t)(at - s) + 1;
	if (*at)
		return out;
	free(out);
	return NULL;
}

/* What is within quotes or, without, up to the end of the word. */
static char *
read_index(const char *s, size_t *used)
{
	size_t n;

	if (*s == '"' || *s == '\'')
		return read_quoted(s, used);
	n = strcspn(s, "[]\"' \t\n\r");
	*used = n;
	return n ? mem_printf("%.*s", (int)n, s) : NULL;
}

int
condition_lex_index(struct condition_lex *l, enum condition_pick *pick,
	char **index, struct err *e)
{
	const char *s = l->text + l->at + 1;
	size_t used = 0, begin;

	*index = NULL;
	s += strspn(s, blanks);
	begin = (size_t)(s - l->text);
	*pick = CONDITION_ALL;
	if (*s != ']') {
		*index = read_index(s, &used);
		if (!*index)
			return condition_lex_error(l, begin, e,
				"expected a number or a name, quoted if it has "
				"blanks, brackets or quotes, and ]");
		*pick = (*index)[strspn(*index, digits)] || strchr("\"'", *s)
			? CONDITION_NAMED
			: CONDITION_PLACE;
		s += used;
		s += strspn(s, blanks);
	}
	if (*s == ']') {
		l->n = (size_t)(s + 1 - (l->text + l->at));
		if (condition_lex_next(l, e) == 0)
			return 0;
	} else {
		condition_lex_error(l, (size_t)(s - l->text), e, "expected ]");
	}
	free(*index);
	*index = NULL;
	return -1;
}
