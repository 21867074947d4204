/*
 * spill.h - rows that wait, in memory while they are few, else in an unlinked
 * temporary file.  Written once, then read once in the same order.
 */
#ifndef MODEL_SPILL_H
#define MODEL_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

#define SPILL_MEMORY ((size_t)4 << 20) /* bytes held at most */

struct spill {
	unsigned char *held;
	size_t used, room;
	int fd;               /* 0: no file yet */
	uint64_t filed, read; /* bytes in the file; bytes given out */
};

/* All-zero is empty. */
void spill_free(struct spill *s);
int spill_write(struct spill *s, const void *data, size_t n, struct err *e);

/* The next n bytes; there are as many. */
int spill_read(struct spill *s, void *data, size_t n, struct err *e);

#endif
