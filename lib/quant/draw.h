/* draw.h - codes that are vectors of the data, drawn at random. */
#ifndef QUANT_DRAW_H
#define QUANT_DRAW_H

#include <stddef.h>

#include "util/rng.h"

/* k of the rows of x [n, d], n >= k, drawn without repetition: table [k, d]. */
void draw_rows(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	float *table);

#endif
