#include <stdlib.h>

#include "kernel/turned.h"
#include "util/mem.h"

void
turned_init(struct panel *p, const float *w, size_t rows, size_t cols)
{
	float *turned = mem_floats(rows * cols);

	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < cols; j++)
			turned[j * rows + i] = w[i * cols + j];
	panel_init(p, turned, NULL, cols, rows);
	free(turned);
}
