#include <math.h>
#include <string.h>

#include "nn/halve.h"
#include "nn/pixel_loss.h"

#define SCALES 3
#define BLOCK ((size_t)256) /* summed in single precision */

static float
sign_of(float e)
{
	return (float)((e > 0) - (e < 0));
}

double
pixel_loss_l1(
	const float *x, const float *y, size_t n, double weight, float *dy)
{
	float step = (float)(weight / (double)n);
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		float e = y[i] - x[i];

		sum += (double)fabsf(e);
		if (dy)
			dy[i] += step * sign_of(e);
	}
	return sum / (double)n;
}

/* A level of e's pyramid, and where its gradient goes. */
struct level {
	size_t h, w, c;
	const float *e;
	float *de;
};

/* sum |e[i + apart] - e[i]| over i < n; de += step * its gradient. */
static double
differences(const float *e, size_t n, size_t apart, float step, float *de)
{
	double all = 0;

	for (size_t start = 0; start < n; start += BLOCK) {
		size_t end = n - start < BLOCK ? n : start + BLOCK;
		float sum = 0;

		for (size_t i = start; i < end; i++) {
			float d = e[i + apart] - e[i], s = step * sign_of(d);

			sum += fabsf(d);
			de[i + apart] += s;
			de[i] -= s;
		}
		all += (double)sum;
	}
	return all;
}

/* Both directions; de is overwritten. */
static double
level_loss(const struct level *l, double weight)
{
	size_t row = l->w * l->c;
	size_t across = l->h * (row - l->c), down = (l->h - 1) * row;
	double loss = 0, sum = 0;

	memset(l->de, 0, l->h * row * sizeof(*l->de));
	if (across) {
		float step = (float)(weight / 2 / (double)across);

		for (size_t r = 0; r < l->h; r++)
			sum += differences(l->e + r * row, row - l->c, l->c,
				step, l->de + r * row);
		loss += sum / (double)across;
	}
	if (down) {
		float step = (float)(weight / 2 / (double)down);

		sum = differences(l->e, down, row, step, l->de);
		loss += sum / (double)down;
	}
	return loss / 2;
}

size_t
pixel_loss_edges_work(size_t h, size_t w, size_t c)
{
	return 2 * SCALES * h * w * c;
}

double
pixel_loss_edges(const float *x, const float *y, size_t h, size_t w, size_t c,
	double weight, float *work, float *dy)
{
	size_t n = h * w * c, levels = 0;
	struct level l[SCALES];
	double loss = 0;

	for (size_t i = 0; i < n; i++)
		work[i] = y[i] - x[i];
	for (; levels < SCALES; levels++) {
		struct level *to = &l[levels];

		*to = (struct level){ h >> levels, w >> levels, c,
			work + 2 * levels * n, work + (2 * levels + 1) * n };
		if (levels && (to->h < 2 || to->w < 2))
			break;
		if (levels)
			halve(to[-1].e, to[-1].h, to[-1].w, c,
				work + 2 * levels * n);
	}
	for (size_t i = levels; i-- > 0;) {
		loss += level_loss(&l[i], weight / (double)levels);
		if (i + 1 < levels)
			halve_backward(l[i + 1].de, l[i].h, l[i].w, c, l[i].de);
	}
	for (size_t i = 0; dy && i < n; i++)
		dy[i] += l[0].de[i];
	return loss / (double)levels;
}
