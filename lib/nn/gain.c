#include "kernel/exp.h"
#include "nn/gain.h"

static float
bounded(float b)
{
	return b < -GAIN_MOST ? -GAIN_MOST : b > GAIN_MOST ? GAIN_MOST : b;
}

void
gain_rows(float *g, size_t n, size_t out, float *y)
{
	for (size_t v = 0; v < n; v++, g += GAIN_WIDER * out, y += out) {
		float *restrict e = g + out;

		for (size_t i = 0; i < out; i++)
			e[i] = bounded(e[i]);
		exp_floats(e, out, e);
		for (size_t i = 0; i < out; i++) {
			y[i] = (y[i] + g[i]) * e[i];
			g[i] = y[i];
		}
	}
}

void
gain_backward(float *g, size_t n, size_t out, float *dy)
{
	for (size_t v = 0; v < n; v++, g += GAIN_WIDER * out, dy += out)
		for (size_t i = 0; i < out; i++) {
			float y = g[i], e = g[out + i];

			g[i] = dy[i] * e;
			g[out + i] = dy[i] * y;
			dy[i] = g[i];
		}
}
