#include <stdlib.h>

#include "quant/basis_cond.h"
#include "quant/basis_linear.h"
#include "quant/kmeans.h"
#include "util/mem.h"

#define GROUPS ((size_t)16)
#define ITERATIONS 8

static void
add(struct learner *l, const char *prefix)
{
	size_t tables = l->before < GROUPS ? l->before : GROUPS;

	basis_linear_add(l, prefix, tables ? tables : 1, true);
}

static uint32_t
nearest_group(const float *centre, size_t groups, const float *x, size_t d)
{
	double least = 0;
	size_t best = 0;

	for (size_t g = 0; g < groups; g++) {
		double sum = 0;

		for (size_t i = 0; i < d; i++) {
			double t = (double)x[i] - (double)centre[g * d + i];

			sum += t * t;
		}
		if (g == 0 || sum < least) {
			least = sum;
			best = g;
		}
	}
	return (uint32_t)best;
}

/* Every table is chosen by some code. */
static bool
all_chosen(const struct learner *l)
{
	bool chosen[GROUPS] = { 0 };
	size_t count = 0;

	for (size_t j = 0; j < l->before; j++) {
		count += !chosen[l->variant[j]];
		chosen[l->variant[j]] = true;
	}
	return count == l->tables;
}

void
basis_cond_group(struct learner *l, const float *before, struct rng *r,
	struct pool *pool)
{
	struct kmeans o = { l->tables, ITERATIONS, 0 };
	float *centre;

	if (l->tables < 2)
		return;
	centre = mem_floats(l->tables * l->d);
	kmeans_seed(before, l->before, l->d, l->tables, r, pool, centre);
	kmeans_lloyd(&o, before, l->before, l->d, pool, centre);
	if (!l->variant)
		l->variant = mem_alloc(l->before, sizeof(*l->variant));
	for (size_t j = 0; j < l->before; j++)
		l->variant[j] = nearest_group(
			centre, l->tables, before + j * l->d, l->d);
	/* Equal codes: any way to share them out is as good. */
	for (size_t j = 0; j < l->before && !all_chosen(l); j++)
		l->variant[j] = (uint32_t)(j % l->tables);
	free(centre);
}

const struct basis basis_cond = {
	.name = "cond",
	.add = add,
	.start = basis_linear_start,
	.random = basis_linear_random,
	.read = basis_linear_read,
	.backward = basis_linear_backward,
	.save = basis_linear_save,
};
