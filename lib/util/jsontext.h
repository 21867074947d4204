/*
 * jsontext.h - JSON for people's eyes: no string in it steers a terminal.
 */
#ifndef UTIL_JSONTEXT_H
#define UTIL_JSONTEXT_H

#include <jansson.h>
#include <stddef.h>

/*
 * As json_dumps(), and what names_is_mark() names stands as \uXXXX, which a
 * parser reads as the same text; other text that is not ASCII stays as it is.
 * malloc'd; NULL as json_dumps().
 */
char *jsontext(const json_t *v, size_t flags);

#endif
