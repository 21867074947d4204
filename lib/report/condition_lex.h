/*
 * condition_lex.h - the words of a condition (condition.h).
 *
 * Blanks part words and mean nothing else.  Errors begin with "column N: ",
 * counted in characters, from 1.
 */
#ifndef REPORT_CONDITION_LEX_H
#define REPORT_CONDITION_LEX_H

#include <stddef.h>

#include "util/err.h"

enum condition_word {
	CONDITION_END,
	CONDITION_NUMBER, /* as num_real reads it, with a sign if it has one */
	CONDITION_NAME,   /* letters, digits and _, not a digit first */
	CONDITION_OPEN,
	CONDITION_CLOSE,
	CONDITION_INDEX, /* [ */
	CONDITION_DOT,
	CONDITION_NOT,
	CONDITION_OR,
	CONDITION_AND,
	/* Comparisons, from here on. */
	CONDITION_LESS,
	CONDITION_AT_MOST,
	CONDITION_MORE,
	CONDITION_AT_LEAST,
	CONDITION_EQUAL,
	CONDITION_UNEQUAL
};

/* What stands between brackets. */
enum condition_pick {
	CONDITION_ONLY,  /* no brackets */
	CONDITION_ALL,   /* [] */
	CONDITION_PLACE, /* [3] */
	CONDITION_NAMED  /* [photos/a.png], ["3"], ['a b'] */
};

struct condition_lex {
	const char *text; /* borrowed */
	enum condition_word word;
	size_t at, n; /* its first byte in text, its length */
	double number;
};

/* Begin: text is set, all else 0.  Each call reads the next word. */
int condition_lex_next(struct condition_lex *l, struct err *e);

/*
 * At CONDITION_INDEX: what is in the brackets; the next word is then the one
 * behind them.  *index is malloc'd, NULL for CONDITION_ALL.
 */
int condition_lex_index(struct condition_lex *l, enum condition_pick *pick,
	char **index, struct err *e);

/* "column N: expected WHAT, not ..." about the word at hand.  Returns -1. */
int condition_lex_expected(
	const struct condition_lex *l, const char *what, struct err *e);

/* "column N: ..." about the byte there.  Returns -1. */
int condition_lex_error(const struct condition_lex *l, size_t at, struct err *e,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
