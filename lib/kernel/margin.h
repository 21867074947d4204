/*
 * margin.h - how far a vector is from the boundary between two codes.
 */
#ifndef KERNEL_MARGIN_H
#define KERNEL_MARGIN_H

#include <stddef.h>

/*
 * (|x - f|^2 - |x - c|^2) / (2 |f - c|), all of d numbers: the distance of x
 * to the boundary, where c is the nearer code; 0 where it is not, and between
 * equal codes.  Computed as
 *
 *     sum (f - c) (f + c - 2 x)
 *
 * in eight sums of doubles side by side, added in order: the same bits on
 * every machine.
 */
float margin_between(const float *x, const float *c, const float *f, size_t d);

#endif
