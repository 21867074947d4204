#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/mel.h"
#include "util/mem.h"

/* In bins. */
static double
centre(const struct mel *m, size_t band, double hz_of_bin)
{
	double top = log1p((double)(m->bins - 1) * hz_of_bin / 700);
	double at = top * (double)band / ((double)m->bands + 1);

	return 700 * expm1(at) / hz_of_bin;
}

static void
set_band(struct mel *m, size_t b, double hz_of_bin)
{
	double low = centre(m, b, hz_of_bin), mid = centre(m, b + 1, hz_of_bin);
	double high = centre(m, b + 2, hz_of_bin), sum = 0;
	float *w = m->weight + b * m->bins;
	size_t k = (size_t)low + 1;

	m->first[b] = k;
	for (; (double)k < high && k < m->bins; k++) {
		double at = (double)k;
		double v = at < mid ? (at - low) / (mid - low)
				    : (high - at) / (high - mid);

		w[m->count[b]++] = (float)v;
		sum += v;
	}
	if (!(sum > 0)) {
		m->first[b] = (size_t)lround(mid);
		m->count[b] = 1;
		w[0] = 1;
		return;
	}
	for (size_t i = 0; i < m->count[b]; i++)
		w[i] = (float)((double)w[i] / sum);
}

void
mel_init(struct mel *m, size_t bands, size_t size, size_t rate)
{
	*m = (struct mel){ .bands = bands, .bins = size / 2 + 1 };
	m->first = mem_zalloc(bands, sizeof(*m->first));
	m->count = mem_zalloc(bands, sizeof(*m->count));
	m->weight = mem_zfloats(bands * m->bins);
	for (size_t b = 0; b < bands; b++)
		set_band(m, b, (double)rate / (double)size);
}

void
mel_free(struct mel *m)
{
	free(m->first);
	free(m->count);
	free(m->weight);
	*m = (struct mel){ 0 };
}

void
mel_run(const struct mel *m, const float *power, float *out)
{
	for (size_t b = 0; b < m->bands; b++) {
		const float *w = m->weight + b * m->bins;
		const float *p = power + m->first[b];
		float sum = 0;

		for (size_t i = 0; i < m->count[b]; i++)
			sum += w[i] * p[i];
		out[b] = sum;
	}
}

void
mel_backward(const struct mel *m, const float *dout, float *dpower)
{
	memset(dpower, 0, m->bins * sizeof(*dpower));
	for (size_t b = 0; b < m->bands; b++) {
		const float *w = m->weight + b * m->bins;
		float *d = dpower + m->first[b];

		for (size_t i = 0; i < m->count[b]; i++)
			d[i] += w[i] * dout[b];
	}
}
