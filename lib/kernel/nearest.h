/*
 * nearest.h - the code nearest to each vector.
 *
 * Shapes: x is [n, d], code is [k, d], row-major float; idx is [n].  Distance
 * is squared Euclidean.  The winner is defined as the lowest index with the
 * largest score
 *
 *     s_j = fma(x[d-1], c_j[d-1], ... fma(x[0], c_j[0], -|c_j|^2 / 2))
 *
 * where x and c are centred by the codebook's mean (centre.h, where a few codes
 * lie far from the rest) and |c_j|^2 / 2 is summed in double and rounded once.
 * It has the same bits on every machine (see panel.h), and its true distance
 * exceeds the least one by at most 4 (d + 2) eps (|x|^2 + |c|^2), eps = 2^-24,
 * in centred coordinates, c the longer of the winner and the nearest code (and
 * by (d + 1) 2^-148 where squares underflow, below about 1e-20).
 */
#ifndef KERNEL_NEAREST_H
#define KERNEL_NEAREST_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/leaves.h"
#include "kernel/panel.h"
#include "util/pool.h"

/* The definition in mathematics: one double-precision sum per pair, the
 * lowest index among equals.  O(n k d). */
void nearest_ref(const float *x, size_t n, const float *code, size_t k,
	size_t d, uint32_t *idx);

/* Of longer vectors and codes scores leave the range of floats: 2^62, so that
 * 16 squares are below 2^128. */
#define NEAREST_LONGEST 0x1p62

/* The first row of x [n, d] that is longer, or holds what is not finite; n if
 * there is none. */
size_t nearest_too_long(const float *x, size_t n, size_t d);

/* A codebook prepared for search: centred, packed, with half norms. */
struct nearest {
	struct panel panel;
	float *centre;         /* [d] */
	struct leaves *leaves; /* NULL: nearest_prune was not called */
};

/* code is copied; k >= 1, d >= 1, k <= 2^32. */
void nearest_init(struct nearest *s, const float *code, size_t k, size_t d);
void nearest_free(struct nearest *s);

/*
 * Let searches skip codes that cannot win, where that pays; answers stay the
 * same.  code is what s was prepared from; to be called again when it changes.
 * pool may be NULL.  Costs a second copy of the codes, and the time of a full
 * search for a few hundred vectors.
 */
void nearest_prune(struct nearest *s, struct pool *pool, const float *code);

/* Scratch floats for nearest_find, for codes of d numbers. */
size_t nearest_work(size_t d);

/*
 * Search in the calling thread.  score, if not NULL, is [n] and takes the
 * winner's s_j: the squared distance is |x - centre|^2 - 2 s_j.
 */
void nearest_find(const struct nearest *s, const float *x, size_t n,
	uint32_t *idx, float *score, float *work);

/* The same on a pool, by fixed chunks of rows. */
void nearest_find_all(const struct nearest *s, struct pool *pool,
	const float *x, size_t n, uint32_t *idx, float *score);

#endif
