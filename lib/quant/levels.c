#include <stdbool.h>
#include <string.h>

#include "quant/levels.h"

#define LEAST 2
#define LARGEST 8

static const struct {
	size_t k, codes, dims;
	uint32_t levels[6];
} recommended[] = {
	{ 1 << 8, 240, 3, { 8, 6, 5 } },
	{ 1 << 10, 1000, 4, { 8, 5, 5, 5 } },
	{ 1 << 12, 4375, 5, { 7, 5, 5, 5, 5 } },
	{ 1 << 14, 15360, 5, { 8, 8, 8, 6, 5 } },
	{ 1 << 16, 64000, 6, { 8, 8, 8, 5, 5, 5 } },
};

/* The best so far, and the one that is being tried. */
struct choice {
	size_t k, off; /* wanted; how far the best is from it */
	size_t dims;   /* of the best */
	uint32_t best[LEVELS_MOST], now[LEVELS_MOST];
};

/* A k for which the paper recommends another product. */
static bool
stands_for_another(size_t codes)
{
	for (size_t i = 0; i < sizeof(recommended) / sizeof(*recommended); i++)
		if (codes == recommended[i].k)
			return true;
	return false;
}

static void
consider(struct choice *c, size_t dims, size_t codes)
{
	size_t off = codes > c->k ? codes - c->k : c->k - codes;

	if ((c->dims && off > c->off) || stands_for_another(codes))
		return;
	/* Fewer dimensions were tried before; among equals the last level of
	 * the more even one is larger. */
	if (c->dims && off == c->off &&
		(dims > c->dims || c->now[dims - 1] <= c->best[dims - 1]))
		return;
	c->off = off;
	c->dims = dims;
	memcpy(c->best, c->now, sizeof(c->best));
}

/* All descending levels from position `at` on. */
static void
try_levels(struct choice *c, size_t at, size_t dims, size_t codes)
{
	uint32_t most = at ? c->now[at - 1] : LARGEST;

	if (at == dims) {
		consider(c, dims, codes);
		return;
	}
	for (uint32_t level = LEAST; level <= most; level++) {
		c->now[at] = level;
		try_levels(c, at + 1, dims, codes * level);
	}
}

/* The fewest dimensions that have k codes. */
static size_t
fewest(size_t k)
{
	size_t dims = 1;

	for (size_t codes = LARGEST; codes < k; codes *= LARGEST)
		dims++;
	return dims;
}

size_t
levels_choose(size_t k, uint32_t *levels)
{
	struct choice c = { .k = k };
	size_t most = fewest(k) + 1;

	for (size_t i = 0; i < sizeof(recommended) / sizeof(*recommended); i++)
		if (k == recommended[i].k || k == recommended[i].codes) {
			memcpy(levels, recommended[i].levels,
				recommended[i].dims * sizeof(*levels));
			return recommended[i].dims;
		}
	for (size_t dims = 1; dims <= most && dims <= LEVELS_MOST; dims++)
		try_levels(&c, 0, dims, 1);
	memcpy(levels, c.best, c.dims * sizeof(*levels));
	return c.dims;
}

size_t
levels_codes(size_t k)
{
	uint32_t levels[LEVELS_MOST];
	size_t dims = levels_choose(k, levels), codes = 1;

	for (size_t i = 0; i < dims; i++)
		codes *= levels[i];
	return codes;
}
