/*
 * lattice.h - codes that are the points of a lattice: found by rounding.
 *
 * Dimension i of y [dims] has levels[i] intervals; its level is the number of
 * its edges below y[i].  The code is sum_i level_i * (levels_0 ... levels_i-1):
 * the first dimension changes fastest.  NaN has level 0.
 */
#ifndef QUANT_LATTICE_H
#define QUANT_LATTICE_H

#include <stddef.h>
#include <stdint.h>

#define LATTICE_MOST 32 /* dimensions */

struct lattice {
	size_t dims;      /* 0: no lattice */
	uint32_t *levels; /* [dims] each at least 2 */
	float *edge;      /* [dims, most]: ascending, levels[i] - 1 of them */
	size_t most;      /* the largest level less 1 */
};

/* levels [dims] are copied; edges are the caller's to write. */
void lattice_init(struct lattice *g, const uint32_t *levels, size_t dims);
void lattice_free(struct lattice *g);

/* The product of the levels. */
size_t lattice_codes(const struct lattice *g);

/* y is [n, dims]. */
void lattice_find(
	const struct lattice *g, const float *y, size_t n, uint32_t *idx);

/* The levels of a code: to is [dims]. */
void lattice_levels(const struct lattice *g, uint32_t code, uint32_t *to);

#endif
