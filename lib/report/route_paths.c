#include "report/route_paths.h"

size_t
route_paths(
	size_t cols, size_t discrete, struct route_path path[ROUTE_PATHS_MAX])
{
	size_t split = cols - discrete;

	path[0] = (struct route_path){ "all", 0, cols, false };
	if (discrete == 0 || split == 0)
		return 1;
	path[0] = (struct route_path){ "continuous", 0, split, false };
	path[1] = (struct route_path){ "discrete", split, discrete, false };
	path[2] = (struct route_path){ "union", 0, cols, true };
	return 3;
}

void
route_paths_first(uint16_t *first, const uint16_t *expert, const float *gate,
	size_t n, size_t cols)
{
	for (size_t i = 0; i < n; i++, expert += cols, gate += cols) {
		size_t best = 0;

		for (size_t k = 1; k < cols; k++)
			if (gate[k] > gate[best])
				best = k;
		first[i] = expert[best];
	}
}
