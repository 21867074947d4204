#include <string.h>

#include "kernel/cpu.h"
#include "kernel/depthwise.h"
#include "kernel/fma.h"

static void
chain(const float *restrict x, const float *restrict weight, size_t d,
	float *restrict y)
{
	for (size_t c = 0; c < d; c++)
		y[c] = fma_once(x[c], weight[c], y[c]);
}

void
depthwise_row_ref(const struct depthwise *s, const float *const *in,
	const float *weight, const float *start, size_t step, float *y)
{
	size_t d = s->d, half = s->kw / 2;

	for (size_t x = 0; x < s->w; x++)
		memmove(y + x * d, start + x * step, d * sizeof(*y));
	for (size_t k = 0; k < s->kh * s->kw; k++) {
		const float *row = in[k / s->kw];
		struct depthwise_span at = depthwise_span(s, k % s->kw);

		for (size_t x = at.from; row && x < at.to; x++)
			chain(row + (x + k % s->kw - half) * d, weight + k * d,
				d, y + x * d);
	}
}

void
depthwise_back_ref(const struct depthwise *s, const float *const *in,
	const float *dy, float *dweight)
{
	size_t d = s->d, half = s->kw / 2;

	for (size_t k = 0; k < s->kh * s->kw; k++) {
		const float *row = in[k / s->kw];
		struct depthwise_span at = depthwise_span(s, k % s->kw);

		for (size_t x = at.from; row && x < at.to; x++)
			chain(row + (x + k % s->kw - half) * d, dy + x * d, d,
				dweight + k * d);
	}
}

void
depthwise_row(const struct depthwise *s, const float *const *in,
	const float *weight, const float *start, size_t step, float *y)
{
	cpu_panel_ops()->channels(s, in, weight, start, step, y);
}

void
depthwise_back(const struct depthwise *s, const float *const *in,
	const float *dy, float *dweight)
{
	cpu_panel_ops()->channels_back(s, in, dy, dweight);
}

void
depthwise_turn(const struct depthwise *s, const float *weight, float *to)
{
	size_t taps = s->kh * s->kw;

	for (size_t k = 0; k < taps; k++)
		memcpy(to + k * s->d, weight + (taps - 1 - k) * s->d,
			s->d * sizeof(*to));
}
