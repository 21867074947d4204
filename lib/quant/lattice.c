#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "quant/lattice.h"
#include "util/mem.h"

void
lattice_init(struct lattice *g, const uint32_t *levels, size_t dims)
{
	assert(dims <= LATTICE_MOST);
	*g = (struct lattice){ .dims = dims };
	g->levels = mem_alloc(dims, sizeof(*g->levels));
	memcpy(g->levels, levels, dims * sizeof(*levels));
	for (size_t i = 0; i < dims; i++)
		if (levels[i] - 1 > g->most)
			g->most = levels[i] - 1;
	g->edge = mem_zfloats(dims * g->most);
}

void
lattice_free(struct lattice *g)
{
	free(g->levels);
	free(g->edge);
	*g = (struct lattice){ 0 };
}

size_t
lattice_codes(const struct lattice *g)
{
	size_t k = 1;

	for (size_t i = 0; i < g->dims; i++)
		k *= g->levels[i];
	return k;
}

void
lattice_find(const struct lattice *g, const float *y, size_t n, uint32_t *idx)
{
	for (size_t v = 0; v < n; v++, y += g->dims) {
		uint32_t code = 0, step = 1;

		for (size_t i = 0; i < g->dims; i++) {
			const float *edge = g->edge + i * g->most;
			uint32_t level = 0;

			for (size_t m = 0; m + 1 < g->levels[i]; m++)
				level += y[i] > edge[m];
			code += level * step;
			step *= g->levels[i];
		}
		idx[v] = code;
	}
}

void
lattice_levels(const struct lattice *g, uint32_t code, uint32_t *to)
{
	for (size_t i = 0; i < g->dims; i++) {
		to[i] = code % g->levels[i];
		code /= g->levels[i];
	}
}
