/*
 * near.h - the name that somebody who mistyped may have meant.
 */
#ifndef UTIL_NEAR_H
#define UTIL_NEAR_H

#include <stddef.h>

struct near {
	const char *word; /* n bytes, borrowed */
	size_t n, best;   /* only what is less far off is taken */
	const char
		*found; /* borrowed from the candidates; NULL: none is near */
};

void near_init(struct near *s, const char *word, size_t n);

/* One that there is.  The first of the nearest is taken, if it is near enough
 * for a typing error: letters put in, left out, exchanged or swapped. */
void near_try(struct near *s, const char *candidate);

/* " (did you mean ema?)" where that is near the n bytes of word, of words as
 * "vq|ema|simvq" (a FILE among them is none); else "".  malloc'd. */
char *near_hint(const char *words, const char *word, size_t n);

#endif
