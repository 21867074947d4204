/*
 * children.h - the codes that leave the least error behind several prefixes.
 *
 * A vector has `live` prefixes of codes; left is [live, d], what each of them
 * leaves of the vector, best prefix first.  Of all live * k pairs of a prefix
 * and a code the best have the least
 *
 *     |left_p - c_j|^2 = |left_p - centre|^2 - 2 s_j
 *
 * with s_j and the centre of nearest.h, the norm summed in double in one order;
 * among equals the lower prefix, then the lower code comes first.  So they
 * have the same bits on every machine.
 */
#ifndef QUANT_CHILDREN_H
#define QUANT_CHILDREN_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/nearest.h"

struct child {
	double error; /* infinity where it cannot be told */
	uint32_t parent, code;
};

/* Scratch floats for children_find, for codes of d numbers. */
size_t children_work(size_t d);

/*
 * In the calling thread, for n vectors: left [n, live, d] to best [n, keep],
 * best first; keep <= live * k.  followed [n] names a prefix of each vector;
 * nearest [n] takes its nearest code, as nearest_find would find it.
 */
void children_find(const struct nearest *s, const float *left, size_t n,
	size_t live, size_t keep, struct child *best, const size_t *followed,
	uint32_t *nearest, float *work);

#endif
