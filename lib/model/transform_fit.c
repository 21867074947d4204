#include <math.h>
#include <stdlib.h>

#include "model/transform_fit.h"
#include "util/mem.h"

static double
weight_of(const struct reservoir *r, size_t v)
{
	return r->w ? (double)r->w[v] : 1;
}

void
transform_fit(struct transform *t, const struct reservoir *r)
{
	double *mean = mem_zalloc(t->dim, sizeof(*mean)), sum = 0, all = 0;

	for (size_t v = 0; v < r->count; v++) {
		all += weight_of(r, v);
		for (size_t i = 0; i < t->dim; i++)
			mean[i] +=
				weight_of(r, v) * (double)r->x[v * t->dim + i];
	}
	for (size_t i = 0; i < t->dim; i++) {
		mean[i] /= all;
		t->mu[i] = (float)mean[i];
	}
	for (size_t v = 0; v < r->count; v++)
		for (size_t i = 0; i < t->dim; i++) {
			double c = (double)r->x[v * t->dim + i] - mean[i];

			sum += weight_of(r, v) * (c * c);
		}
	t->scale = (float)sqrt(sum / all);
	/* Constant data: any scale does, there is nothing to code. */
	if (!(t->scale > 1e-12f))
		t->scale = 1;
	free(mean);
}
