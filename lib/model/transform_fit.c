#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "model/transform_fit.h"
#include "util/mem.h"

/* Deviations below this share of the mean are its rounding. */
#define LEAST 1e-12

/* Squares of numbers up to here have a sum, of as many as a token may have. */
#define LARGEST 1e15f

static double
weight_of(const struct reservoir *r, size_t v)
{
	return r->w ? (double)r->w[v] : 1;
}

void
transform_fit(struct transform *t, const struct reservoir *r)
{
	double *mean = mem_zalloc(t->dim, sizeof(*mean)), sum = 0, all = 0;
	double level = 0;

	for (size_t v = 0; v < r->count; v++) {
		all += weight_of(r, v);
		for (size_t i = 0; i < t->dim; i++)
			mean[i] +=
				weight_of(r, v) * (double)r->x[v * t->dim + i];
	}
	for (size_t i = 0; i < t->dim; i++) {
		mean[i] /= all;
		level += mean[i] * mean[i];
		t->mu[i] = (float)mean[i];
	}
	for (size_t v = 0; v < r->count; v++)
		for (size_t i = 0; i < t->dim; i++) {
			double c = (double)r->x[v * t->dim + i] - mean[i];

			sum += weight_of(r, v) * (c * c);
		}
	t->scale = (float)sqrt(sum / all);
	/* Constant data: any scale does, there is nothing to code. */
	if (!(t->scale > LEAST * sqrt(level)) || t->scale < FLT_MIN)
		t->scale = 1;
	free(mean);
}

int
transform_fit_check(
	const struct transform *t, const struct reservoir *r, struct err *e)
{
	if (!isfinite(t->scale))
		return err_set(e,
			"numbers of the inputs are so large that their scale "
			"is none in single precision");
	for (size_t i = 0; i < r->count * t->dim; i++)
		if (!(fabsf(r->x[i]) <= LARGEST))
			return err_set(e,
				"a number of the inputs lies more than %g "
				"times the scale, %g, from its mean: too far "
				"to compute with",
				(double)LARGEST, (double)t->scale);
	return 0;
}
