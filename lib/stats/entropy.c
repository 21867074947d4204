#include <math.h>
#include <stdlib.h>

#include "stats/entropy.h"
#include "util/mem.h"

/* Counts below this have a place of their own; larger ones are sorted. */
#define SMALL ((size_t)1024)

static int
by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double
term(uint64_t n, uint64_t total)
{
	double p = (double)n / (double)total;

	return p * -log2(p);
}

static uint64_t
value(const uint64_t *n, const uint32_t *at, size_t i)
{
	return n[at ? at[i] : i];
}

double
entropy_bits(const uint64_t *n, const uint32_t *at, size_t used, uint64_t total)
{
	size_t small[SMALL] = { 0 }, large = 0, filled = 0;
	uint64_t *rest;
	double h = 0;

	if (total == 0)
		return NAN;
	for (size_t i = 0; i < used; i++) {
		uint64_t v = value(n, at, i);

		if (v < SMALL)
			small[v]++;
		else
			large++;
	}
	for (size_t v = 1; v < SMALL; v++)
		if (small[v])
			h += (double)small[v] * term(v, total);
	rest = mem_alloc(large, sizeof(*rest));
	for (size_t i = 0; i < used; i++)
		if (value(n, at, i) >= SMALL)
			rest[filled++] = value(n, at, i);
	qsort(rest, large, sizeof(*rest), by_size);
	for (size_t i = 0; i < large; i++)
		h += term(rest[i], total);
	free(rest);
	return h;
}
