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

uint16_t
route_paths_first(
	const struct route_path *p, const uint16_t *expert, const float *gate)
{
	size_t best = p->col;

	for (size_t i = p->col + 1; p->joined && gate && i < p->cols; i++)
		if (gate[i] > gate[best])
			best = i;
	return expert[best];
}
