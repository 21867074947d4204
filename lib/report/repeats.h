/*
 * repeats.h - items that came before, among those that bring a name.
 *
 * By 64-bit hashes of their names (names.h), of the first REPEATS_NAMES: 16 MB
 * at most, so that a stream may have any number of items.
 */
#ifndef REPORT_REPEATS_H
#define REPORT_REPEATS_H

#include <stddef.h>
#include <stdint.h>

#define REPEATS_NAMES ((size_t)1 << 20)

/* All-zero is empty. */
struct repeats {
	uint64_t *slot; /* 0: free; two for each name at least */
	size_t room, names;
	size_t found; /* items whose name was there */
};
void repeats_free(struct repeats *r);

/* An item; "stdin", as all are called that come by a pipe, is none. */
void repeats_item(struct repeats *r, const char *name);

#endif
