/*
 * strlist.h - a growing list of owned strings.
 */
#ifndef UTIL_STRLIST_H
#define UTIL_STRLIST_H

#include <stddef.h>

struct strlist {
	char **item;
	size_t count, room;
};

/* Append a copy of s. */
void strlist_add(struct strlist *l, const char *s);

/* Append s itself, which came from malloc. */
void strlist_take(struct strlist *l, char *s);

void strlist_free(struct strlist *l);

#endif
