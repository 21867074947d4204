/*
 * pairs.h - how often a code came after another, and what that tells of it.
 *
 * Exact: every pair (first, second) is counted, in a hash table of 16 bytes a
 * slot, up to `limit` different ones.  Beyond that the table is given up (and
 * its memory returned), and there are no figures.
 */
#ifndef STATS_PAIRS_H
#define STATS_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pairs_slot {
	uint64_t key, n; /* n 0: free */
};

/* All-zero is empty, once limit is set. */
struct pairs {
	size_t limit;
	struct pairs_slot *slot; /* [slots], a power of two */
	size_t slots, used;
	uint32_t max; /* the largest first code */
	uint64_t count;
	bool full;
};

void pairs_free(struct pairs *p);

/* Forget all pairs. */
void pairs_reset(struct pairs *p);

/* A pair as one number. */
static inline uint64_t
pairs_key(uint32_t first, uint32_t second)
{
	return (uint64_t)first << 32 | second;
}

/* n pairs.  First codes are below COUNTS_CODES_MAX (counts.h). */
void pairs_add(struct pairs *p, const uint64_t *key, size_t n);

/* One pair, n times. */
void pairs_put(struct pairs *p, uint64_t key, uint64_t n);

/* All pairs of another. */
void pairs_join(struct pairs *to, const struct pairs *from);

/* As if there were too many different ones. */
void pairs_give_up(struct pairs *p);

struct pairs_entropy {
	size_t firsts, used; /* different first codes, different pairs */
	double bits;         /* H(second | first), plug-in */
	double bias_bits;    /* by how much that is low, about */
};

/*
 * -sum p(a, b) log2 p(b | a), as H(first, second) - H(first): the same bits in
 * whatever order pairs came.  The bias is that of Miller and Madow (1955) of
 * H(first, second) less that of H(first): (used - firsts) / (2 n ln 2).
 * Both are NaN without pairs or when full.
 */
struct pairs_entropy pairs_entropy(const struct pairs *p);

#endif
