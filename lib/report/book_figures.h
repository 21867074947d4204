/*
 * book_figures.h - what is said of a table of codes by itself.
 *
 * Distances are in units of the table's spread, the root mean square distance
 * of its codes from their mean, so that they read the same for any scale: in a
 * cloud of k even codes in d dimensions they are near k^(-1/d).
 */
#ifndef REPORT_BOOK_FIGURES_H
#define REPORT_BOOK_FIGURES_H

#include <stddef.h>

#include <jansson.h>

#include "quant/codebook.h"
#include "util/pool.h"

#define BOOK_FIGURES_SPECTRUM ((size_t)64) /* shares that are listed */

/*
 * Of q [k, d], as decoded: codes, dim, effective_rank and spectrum
 * (rank.h, centred), nearest_distance and median_distance (spacing.h) over
 * distance_codes codes, duplicates.
 */
void book_figures_table(
	json_t *o, const float *q, size_t k, size_t d, struct pool *pool);

/* effective_rank and spectrum alone, centred. */
void book_figures_rank(json_t *o, const float *x, size_t n, size_t d);

/* Of a linear map w [rows, cols]: NAME_rank and NAME_spectrum, not centred. */
void book_figures_map(
	json_t *o, const char *name, const float *w, size_t rows, size_t cols);

/* Of one variant of a codebook of a model: as above, and unreachable: codes
 * that are searched as another one is that goes before them.  Of a lattice,
 * which has no table: lattice, its levels, and null for the rest. */
void book_figures_set(
	json_t *o, const struct codebook *b, size_t variant, struct pool *pool);

#endif
