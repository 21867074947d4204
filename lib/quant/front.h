/*
 * front.h - what is done to a vector before its code is looked for.
 *
 *     y = V x + s          V [width, d]; without a map y = x
 *     y = y / |y|          where unit is set; a zero vector stays zero
 *     y = (y, 0)           where padded: a code's last number is then a cost
 *                          of its own, |(y, 0) - (c, e)|^2 = |y - c|^2 + e^2
 *
 * By row-wise chains, a square root and divisions that round once: the same
 * bits on every machine.
 */
#ifndef QUANT_FRONT_H
#define QUANT_FRONT_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/panel.h"

struct front {
	bool mapped;
	struct panel map; /* V and s, where mapped */
	bool unit, padded;
};

/* v is [width, d], s [width]; both are copied.  Again: other numbers. */
void front_map(struct front *f, const float *v, const float *s, size_t width,
	size_t d);
void front_free(struct front *f);

/* True where vectors are searched as they are. */
bool front_plain(const struct front *f);

/* Numbers in y, for vectors of d numbers. */
size_t front_width(const struct front *f, size_t d);

/* In the calling thread: x [n, d] to y [n, front_width]. */
void front_rows(
	const struct front *f, const float *x, size_t n, size_t d, float *y);

/* y [n, d] = x / |x|, in place too. */
void front_unit(const float *x, size_t n, size_t d, float *y);

#endif
