/*
 * neighbours.h - codes and their neighbours on the grid of their item.
 *
 * Of each column, how often a code came to the right of, or below, a code of
 * the same column.  Tokens of an item come row by row, in pieces of any size;
 * codes of two items are no neighbours.
 */
#ifndef STATS_NEIGHBOURS_H
#define STATS_NEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/pairs.h"

enum neighbours_grid {
	NEIGHBOURS_NONE,  /* rows by themselves */
	NEIGHBOURS_IMAGE, /* [h, width]: left and upper */
	NEIGHBOURS_SOUND, /* [t, width] channels: left is the frame before */
};

struct neighbours {
	size_t cols;
	struct pairs *left, *upper; /* [cols] */
	enum neighbours_grid grid;  /* of the item */
	size_t width, room;
	uint64_t at;      /* tokens of the item so far */
	uint32_t *before; /* [width, cols]: the last ones; token i is at
	                     i modulo width */
};

/* keys: at most so many different pairs each way, all columns together. */
void neighbours_init(struct neighbours *b, size_t cols, size_t keys);
void neighbours_free(struct neighbours *b);

/* Add the pairs of another with as many columns. */
void neighbours_join(struct neighbours *b, const struct neighbours *other);

/* Forget all pairs. */
void neighbours_reset(struct neighbours *b);

/* A new item. */
void neighbours_begin(
	struct neighbours *b, enum neighbours_grid grid, size_t width);

/* False: tokens of this item change nothing; it has no grid, or all tables were
 * given up. */
bool neighbours_wanted(const struct neighbours *b);

/* code is [n, cols], each below COUNTS_CODES_MAX. */
void neighbours_add(struct neighbours *b, const uint32_t *code, size_t n);

#endif
