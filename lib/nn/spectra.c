#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/spectra.h"
#include "util/mem.h"

/* In memory of ours: there is always some. */
static kiss_fftr_cfg
plan(int size, int back)
{
	size_t bytes = 0;

	kiss_fftr_alloc(size, back, NULL, &bytes);
	return kiss_fftr_alloc(size, back, mem_alloc(1, bytes), &bytes);
}

void
spectra_init(struct spectra *s, size_t samples, size_t window, size_t hop)
{
	int size = kiss_fftr_next_fast_size_real((int)window);

	*s = (struct spectra){ .samples = samples,
		.window = window,
		.size = (size_t)size,
		.hop = hop,
		.frames = samples < window ? 1 : 1 + (samples - window) / hop,
		.bins = (size_t)size / 2 + 1 };
	s->hann = mem_floats(window);
	for (size_t i = 0; i < window; i++) {
		double at = (double)i / (double)window;

		s->hann[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * at));
		s->energy += (double)s->hann[i] * (double)s->hann[i];
	}
	s->frame = mem_zfloats(s->size);
	s->there = plan(size, 0);
	s->back = plan(size, 1);
}

void
spectra_free(struct spectra *s)
{
	free(s->there);
	free(s->back);
	free(s->hann);
	free(s->frame);
	*s = (struct spectra){ 0 };
}

/* Samples of a frame that exist. */
static size_t
length(const struct spectra *s)
{
	return s->samples < s->window ? s->samples : s->window;
}

void
spectra_run(struct spectra *s, const float *x, kiss_fft_cpx *out)
{
	size_t n = length(s);

	memset(s->frame, 0, s->size * sizeof(*s->frame));
	for (size_t f = 0; f < s->frames; f++, x += s->hop, out += s->bins) {
		for (size_t i = 0; i < n; i++)
			s->frame[i] = x[i] * s->hann[i];
		kiss_fftr(s->there, s->frame, out);
	}
}

/*
 * X_k = sum_i x_i e^(-2 pi j i k / size), P_k = |X_k|^2:
 * dx_i = sum_k 2 dP_k Re(X_k e^(2 pi j i k / size)).  The inverse transform
 * takes every bin but the first and the last twice.
 */
void
spectra_backward(
	struct spectra *s, const float *dpower, kiss_fft_cpx *out, float *dx)
{
	size_t n = length(s), last = s->bins - 1;

	for (size_t f = 0; f < s->frames; f++, dx += s->hop) {
		for (size_t k = 0; k <= last; k++) {
			float by = k && k < last ? dpower[k] : 2 * dpower[k];

			out[k].r *= by;
			out[k].i *= by;
		}
		kiss_fftri(s->back, out, s->frame);
		for (size_t i = 0; i < n; i++)
			dx[i] += s->frame[i] * s->hann[i];
		out += s->bins;
		dpower += s->bins;
	}
}
