/*
 * lanes.h - how often each code of one column came, at the rate of memory.
 *
 * Codes are taken as they lie in a tensor, of 1 or 2 bytes.  Neighbours are
 * counted in tables of their own, so that a run of equal codes does not wait
 * for its own additions.  What was counted is then added to struct counts.
 */
#ifndef STATS_LANES_H
#define STATS_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "stats/counts.h"

/* Counters are of 32 bits: not more codes at a time. */
#define LANES_CODES_MAX ((size_t)1 << 31)

/* All-zero is empty; the memory stays from one use to the next. */
struct lanes {
	uint32_t *n;
	size_t tokens;
};

void lanes_free(struct lanes *l);

/* n codes of `size` bytes, 1 or 2, little-endian, at any alignment; with those
 * added before not more than LANES_CODES_MAX. */
void lanes_add(struct lanes *l, const void *codes, size_t n, size_t size);

/* The largest code that was added + 1; 0: none. */
size_t lanes_end(const struct lanes *l);

/* Add all to c.  They stay here too, until they are forgotten. */
void lanes_count(const struct lanes *l, struct counts *c);
void lanes_forget(struct lanes *l);

#endif
