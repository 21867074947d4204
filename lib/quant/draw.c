#include <stdlib.h>
#include <string.h>

#include "quant/draw.h"
#include "util/mem.h"

void
draw_rows(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	float *table)
{
	size_t *row = mem_alloc(n, sizeof(*row));

	for (size_t v = 0; v < n; v++)
		row[v] = v;
	rng_shuffle(r, row, n);
	for (size_t j = 0; j < k; j++)
		memcpy(table + j * d, x + row[j] * d, d * sizeof(*table));
	free(row);
}
