#include "kernel/axpy.h"

#define BLOCK ((size_t)8)

/* Whole blocks are a loop that compilers make vectors of, also at -O2. */
void
axpy(float a, const float *restrict x, size_t n, float *restrict y)
{
	for (; n >= BLOCK; n -= BLOCK, x += BLOCK, y += BLOCK)
		for (size_t i = 0; i < BLOCK; i++)
			y[i] += a * x[i];
	for (size_t i = 0; i < n; i++)
		y[i] += a * x[i];
}
