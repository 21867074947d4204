/*
 * nearest_top.h - the m nearest codes of each vector, best first.
 *
 * The order is that of nearest.h: by score s_j, the lower index first among
 * equals; so the first column is nearest_find's answer, bit for bit.  Where
 * fewer than m codes have a score (a number), the rest of a row has the index
 * NEAREST_NONE and a score of -infinity.
 */
#ifndef KERNEL_NEAREST_TOP_H
#define KERNEL_NEAREST_TOP_H

#include "kernel/nearest.h"

#define NEAREST_NONE PANEL_NONE

/* Scratch floats for nearest_top. */
size_t nearest_top_work(const struct nearest *s);

/* In the calling thread: x [n, d] to idx [n, m] and score [n, m]; m >= 1. */
void nearest_top(const struct nearest *s, const float *x, size_t n, size_t m,
	uint32_t *idx, float *score, float *work);

/* The same on a pool, by fixed chunks of rows. */
void nearest_top_all(const struct nearest *s, struct pool *pool, const float *x,
	size_t n, size_t m, uint32_t *idx, float *score);

#endif
