#include <math.h>

#include "nn/spectrum.h"

#define SMALL 0.01f
#define FLOOR 1e-6f

static float
fourth_root(float x)
{
	return sqrtf(sqrtf(x));
}

static void
see_row(const float *restrict x, size_t dim, float scale, float *restrict y)
{
	float *level = y + dim;

	for (size_t k = 0; k < dim; k++) {
		float v = scale * x[k];

		y[k] = v / sqrtf(fabsf(v) + SMALL);
	}
	for (size_t k = 0; k < dim; k++) {
		float before = k > 0 ? x[k - 1] : 0;
		float after = k + 1 < dim ? x[k + 1] : 0;
		float v = scale * x[k], w = scale * (after - before);

		level[k] = fourth_root(v * v + w * w + FLOOR);
	}
}

void
spectrum_rows(const float *x, size_t n, size_t dim, float *y)
{
	float scale = sqrtf((float)dim);

	for (size_t v = 0; v < n; v++)
		see_row(x + v * dim, dim, scale, y + v * SPECTRUM_WIDER * dim);
}
