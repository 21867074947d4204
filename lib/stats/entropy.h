/*
 * entropy.h - the plug-in entropy of counts.
 *
 * Equal counts are summed up together, the smallest first: the same bits in
 * whatever order the counts stand, so that counts of several runs added up
 * give what one run gives.
 */
#ifndef STATS_ENTROPY_H
#define STATS_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/* -sum p log2 p with p = n / total, over n[at[0]], n[at[1]], ... used of them;
 * at NULL: over n[0 .. used).  NaN where total is 0; 0 log 0 = 0. */
double entropy_bits(
	const uint64_t *n, const uint32_t *at, size_t used, uint64_t total);

#endif
