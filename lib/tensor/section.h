/*
 * section.h - the data section of one record, read by offset.
 *
 * Three ways, chosen by the caller's need: in passing (in order, nothing kept),
 * held in memory (up to 64 MiB), or from the file or its spooled copy.  The
 * last two check the crc32 at once; in passing it is checked as the last byte
 * is read.
 */
#ifndef TENSOR_SECTION_H
#define TENSOR_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/input.h"

struct section {
	uint64_t bytes;
	struct input *in;   /* in passing */
	unsigned char *mem; /* held */
	int fd;             /* else in this file (the input's) from start */
	uint64_t start;
	uint64_t at; /* in passing: bytes read so far, and their crc32 */
	uint32_t crc, want;
	bool check;
};

/*
 * The next `bytes` bytes of in.  in_order: they will be taken once, from first
 * to last; else in any order, and the input stands behind them at once.
 * crc may be NULL: not known.
 */
int section_open(struct section *s, struct input *in, uint64_t bytes,
	bool in_order, const uint32_t *crc, struct err *e);
void section_close(struct section *s);

/* n bytes from offset at, malloc'd; or NULL. */
void *section_take(struct section *s, uint64_t at, size_t n, struct err *e);

/* The same to buf; not for a section in passing. */
int section_copy(
	struct section *s, uint64_t at, void *buf, size_t n, struct err *e);

#endif
