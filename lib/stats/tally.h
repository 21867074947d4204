/*
 * tally.h - the counts of all columns of tokens, and of whole tokens.
 */
#ifndef STATS_TALLY_H
#define STATS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/counts.h"
#include "stats/joint.h"
#include "stats/lanes.h"

/* Counters of all columns together, 256 MiB: a small record of large codes in
 * many columns may not ask for gigabytes. */
#define TALLY_COUNTERS_MAX ((size_t)1 << 25)

struct tally {
	size_t cols;
	struct counts *col; /* [cols] */
	struct joint joint; /* unused with one column: it is the column */
	uint64_t tokens;
};

void tally_init(struct tally *t, size_t cols);
void tally_free(struct tally *t);
void tally_reset(struct tally *t);

/* False if row [n, cols] would need more than TALLY_COUNTERS_MAX. */
bool tally_fits(const struct tally *t, const uint32_t *row, size_t n);

/* row is [n, cols], every code below COUNTS_CODES_MAX, and it fits. */
void tally_add(struct tally *t, const uint32_t *row, size_t n);

/* Tokens of one column, counted in l. */
void tally_add_lanes(struct tally *t, const struct lanes *l);

#endif
