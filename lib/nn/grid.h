/*
 * grid.h - tokens on grids: the sections of pictures, the frames of a sound.
 *
 * Rows are tokens in row-major order, grid behind grid: n = count h w of them.
 * A sound is a grid of one column.
 */
#ifndef NN_GRID_H
#define NN_GRID_H

#include <stddef.h>

struct grid {
	size_t count, h, w;
};

static inline size_t
grid_tokens(struct grid g)
{
	return g.count * g.h * g.w;
}

#endif
