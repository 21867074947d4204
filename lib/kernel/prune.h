/*
 * prune.h - the search of nearest.h with proofs instead of work.
 *
 * Vectors are sorted by the leaf they belong to (leaves.h); PANEL of them look
 * into the leaves of the first and the last, then into every leaf whose box
 * is not farther from all of them than the best they have.  Bounds include
 * rounding many times over, so answers are those of the full search, bit for
 * bit: the same scores decide, and the lowest index among equals.
 *
 * Where the boxes do not help it stops trying for a while.
 */
#ifndef KERNEL_PRUNE_H
#define KERNEL_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/leaves.h"

#define PRUNE_ROWS ((size_t)960) /* the most vectors of a pass */

/* Scratch floats for codes of d numbers. */
size_t prune_work(size_t d);

/*
 * The nearest codes of n <= PRUNE_ROWS rows of x [n, d], centred by centre.
 * False, and nothing found, where it does not pay at present or x is out of
 * range: then the caller searches fully.
 */
bool prune_find(struct leaves *l, const float *centre, const float *x, size_t n,
	uint32_t *idx, float *score, float *work);

#endif
