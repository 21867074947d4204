#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/moe_cosine.h"
#include "util/mem.h"

static double
dot(const float *a, const float *b, size_t m)
{
	double sum = 0;

	for (size_t i = 0; i < m; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

static double
warmth(float temperature)
{
	return temperature > MOE_COSINE_COLDEST ? (double)temperature
						: (double)MOE_COSINE_COLDEST;
}

/* 1 / |x|; 0 of nothing. */
static double
inverse_length(const float *x, size_t m)
{
	double norm = dot(x, x, m);

	return norm > 0 ? 1 / sqrt(norm) : 0;
}

void
moe_cosine_scores(const float *a, size_t n, const float *w, size_t e, size_t m,
	float temperature, float *s)
{
	double *inv = mem_alloc(e, sizeof(*inv)), warm = warmth(temperature);

	for (size_t j = 0; j < e; j++)
		inv[j] = inverse_length(w + j * m, m) / warm;
	for (size_t v = 0; v < n; v++) {
		double own = inverse_length(a + v * m, m);

		for (size_t j = 0; j < e; j++)
			s[v * e + j] = (float)(dot(a + v * m, w + j * m, m) *
				own * inv[j]);
	}
	free(inv);
}

/* dx += g (y / (|x| |y|) - cos x / |x|^2), the gradient of the cosine. */
static void
turn(const double g, double cosine, const float *y, double inv_x, double inv_y,
	const float *x, size_t m, double *dx)
{
	for (size_t i = 0; i < m; i++)
		dx[i] += g * inv_x *
			((double)y[i] * inv_y - cosine * (double)x[i] * inv_x);
}

void
moe_cosine_backward(const float *a, size_t n, const float *w, size_t e,
	size_t m, float temperature, const float *ds, float *da, float *dw,
	float *dtemperature)
{
	double warm = warmth(temperature), dt = 0;
	double *inv = mem_alloc(e, sizeof(*inv));
	double *sum = mem_zalloc(e * m, sizeof(*sum));
	double *dx = mem_alloc(m, sizeof(*dx));

	for (size_t j = 0; j < e; j++)
		inv[j] = inverse_length(w + j * m, m);
	for (size_t v = 0; v < n; v++) {
		const float *x = a + v * m;
		double own = inverse_length(x, m);

		memset(dx, 0, m * sizeof(*dx));
		for (size_t j = 0; j < e; j++) {
			double cosine = dot(x, w + j * m, m) * own * inv[j];
			double g = (double)ds[v * e + j] / warm;

			dt -= g * cosine / warm;
			turn(g, cosine, w + j * m, own, inv[j], x, m, dx);
			turn(g, cosine, x, inv[j], own, w + j * m, m,
				sum + j * m);
		}
		for (size_t i = 0; i < m; i++)
			da[v * m + i] = (float)dx[i];
	}
	for (size_t i = 0; i < e * m; i++)
		dw[i] += (float)sum[i];
	if (temperature > MOE_COSINE_COLDEST)
		*dtemperature += (float)dt;
	free(inv);
	free(sum);
	free(dx);
}
