#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "nn/halve.h"
#include "nn/ssim_loss.h"
#include "util/mem.h"

#define WINDOW ((size_t)11)
#define SIGMA 1.5
#define C1 (0.01F * 0.01F)
#define C2 (0.03F * 0.03F)
#define SCALES 5
#define LEAST 0.05
#define MIDDLE 0.5F /* taken off: variances of small numbers are exact */

/* Windowed means of x, y, x^2, y^2, xy. */
enum { X, Y, XX, YY, XY, MAPS };

struct scale {
	size_t h, w;
	size_t down, across; /* taps */
	size_t oh, ow;       /* positions of the window */
	float tap_down[WINDOW], tap_across[WINDOW];
	float *x, *y, *dy; /* [h, w]; dy is of the scale's mean alone */
	double mean;
};

struct ssim_loss {
	size_t h, w, c, scales;
	struct scale scale[SCALES];
	float *plane; /* [h, w] */
	float *half;  /* [h, w]: blurred one way */
	float *mean;  /* [MAPS, h, w]: windowed means, then gradients by them */
};

static const double beta[SCALES] = { 0.0448, 0.2856, 0.3001, 0.2363, 0.1333 };

static size_t
gaussian(float *tap, size_t side)
{
	size_t n = side < WINDOW ? side : WINDOW;
	double t[WINDOW], sum = 0;

	for (size_t i = 0; i < n; i++) {
		double at = (double)i - ((double)n - 1) / 2;

		t[i] = exp(-at * at / (2 * SIGMA * SIGMA));
		sum += t[i];
	}
	for (size_t i = 0; i < n; i++)
		tap[i] = (float)(t[i] / sum);
	return n;
}

static void
scale_init(struct scale *s, size_t h, size_t w)
{
	s->h = h;
	s->w = w;
	s->down = gaussian(s->tap_down, h);
	s->across = gaussian(s->tap_across, w);
	s->oh = h - s->down + 1;
	s->ow = w - s->across + 1;
	s->x = mem_floats(h * w);
	s->y = mem_floats(h * w);
	s->dy = mem_floats(h * w);
}

struct ssim_loss *
ssim_loss_open(size_t h, size_t w, size_t c)
{
	struct ssim_loss *s = mem_zalloc(1, sizeof(*s));

	*s = (struct ssim_loss){ .h = h, .w = w, .c = c };
	do {
		scale_init(&s->scale[s->scales++], h, w);
		h /= 2;
		w /= 2;
	} while (s->scales < SCALES && h >= WINDOW && w >= WINDOW);
	s->plane = mem_floats(s->h * s->w);
	s->half = mem_floats(s->h * s->w);
	s->mean = mem_floats(MAPS * s->h * s->w);
	return s;
}

void
ssim_loss_close(struct ssim_loss *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->scales; i++) {
		free(s->scale[i].x);
		free(s->scale[i].y);
		free(s->scale[i].dy);
	}
	free(s->plane);
	free(s->half);
	free(s->mean);
	free(s);
}

/* What a channel has to do with luma. */
static float
share(size_t channels, size_t channel)
{
	static const float luma[4] = { 0.299F, 0.587F, 0.114F, 0 };

	return channels >= 3 ? luma[channel] : channel == 0;
}

static void
to_luma(const struct ssim_loss *s, const float *x, float *plane)
{
	for (size_t i = 0; i < s->h * s->w; i++, x += s->c) {
		float sum = 0;

		for (size_t j = 0; j < s->c; j++)
			sum += share(s->c, j) * x[j];
		plane[i] = sum - MIDDLE;
	}
}

/* [h, w] to [oh, ow]. */
static void
blur(const struct ssim_loss *s, const struct scale *a, const float *in,
	float *out)
{
	memset(s->half, 0, a->h * a->ow * sizeof(*s->half));
	for (size_t r = 0; r < a->h; r++)
		for (size_t t = 0; t < a->across; t++)
			axpy(a->tap_across[t], in + r * a->w + t, a->ow,
				s->half + r * a->ow);
	memset(out, 0, a->oh * a->ow * sizeof(*out));
	for (size_t r = 0; r < a->oh; r++)
		for (size_t t = 0; t < a->down; t++)
			axpy(a->tap_down[t], s->half + (r + t) * a->ow, a->ow,
				out + r * a->ow);
}

/* The transpose: from dout [oh, ow] to din [h, w]. */
static void
blur_backward(const struct ssim_loss *s, const struct scale *a,
	const float *dout, float *din)
{
	memset(s->half, 0, a->h * a->ow * sizeof(*s->half));
	for (size_t r = 0; r < a->oh; r++)
		for (size_t t = 0; t < a->down; t++)
			axpy(a->tap_down[t], dout + r * a->ow, a->ow,
				s->half + (r + t) * a->ow);
	memset(din, 0, a->h * a->w * sizeof(*din));
	for (size_t r = 0; r < a->h; r++)
		for (size_t t = 0; t < a->across; t++)
			axpy(a->tap_across[t], s->half + r * a->ow, a->ow,
				din + r * a->w + t);
}

static void
means(const struct ssim_loss *s, const struct scale *a)
{
	size_t n = a->h * a->w, out = a->oh * a->ow;
	const float *of[MAPS][2] = { { a->x, NULL }, { a->y, NULL },
		{ a->x, a->x }, { a->y, a->y }, { a->x, a->y } };

	for (size_t m = 0; m < MAPS; m++) {
		for (size_t i = 0; i < n; i++)
			s->plane[i] = of[m][1] ? of[m][0][i] * of[m][1][i]
					       : of[m][0][i];
		blur(s, a, s->plane, s->mean + m * out);
	}
}

/*
 * cs = (2 cov + C2) / (var x + var y + C2), l = (2 x y + C1) / (x^2 + y^2 + C1)
 * of windowed means x, y; cov = xy - x y, var y = yy - y^2.  Replaces the means
 * of y, yy and xy by the gradient of cs (last scale: l cs) by them, over the
 * number of positions; returns its mean.
 */
static double
similarity(const struct ssim_loss *s, const struct scale *a, int last)
{
	size_t n = a->oh * a->ow;
	float *mean = s->mean, per = 1 / (float)n;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		float x = mean[X * n + i], y = mean[Y * n + i];
		float xx = x * x, yy = y * y, xy = x * y;
		float below =
			(mean[XX * n + i] - xx) + (mean[YY * n + i] - yy) + C2;
		float ax = x + MIDDLE, ay = y + MIDDLE;
		float cs = (2 * (mean[XY * n + i] - xy) + C2) / below;
		float lower = ax * ax + ay * ay + C1;
		float l = (2 * ax * ay + C1) / lower;
		float factor = per * (last ? l : 1);

		mean[YY * n + i] = -factor * cs / below;
		mean[XY * n + i] = 2 * factor / below;
		mean[Y * n + i] = 2 * factor * (y * cs - x) / below;
		if (last)
			mean[Y * n + i] += 2 * per * cs * (ax - ay * l) / lower;
		sum += (double)(last ? l * cs : cs);
	}
	return sum / (double)n;
}

static void
run_scale(const struct ssim_loss *s, struct scale *a, int last)
{
	size_t n = a->h * a->w, out = a->oh * a->ow;

	means(s, a);
	a->mean = similarity(s, a, last);
	blur_backward(s, a, s->mean + Y * out, a->dy);
	blur_backward(s, a, s->mean + YY * out, s->plane);
	for (size_t i = 0; i < n; i++)
		a->dy[i] += 2 * a->y[i] * s->plane[i];
	blur_backward(s, a, s->mean + XY * out, s->plane);
	for (size_t i = 0; i < n; i++)
		a->dy[i] += a->x[i] * s->plane[i];
}

/* prod m^beta over the scales; each scale's dy times how much it moves that. */
static double
combine(struct ssim_loss *s)
{
	double log_all = 0, sum = 0;

	for (size_t j = 0; j < s->scales; j++)
		sum += beta[j];
	for (size_t j = 0; j < s->scales; j++) {
		double m = s->scale[j].mean;

		log_all += beta[j] / sum *
			(m > LEAST ? log(m) : log(LEAST) + m / LEAST - 1);
	}
	for (size_t j = 0; j < s->scales; j++) {
		struct scale *a = &s->scale[j];
		double m = a->mean > LEAST ? a->mean : LEAST;
		float by = (float)(exp(log_all) * beta[j] / sum / m);

		for (size_t i = 0; i < a->h * a->w; i++)
			a->dy[i] *= by;
	}
	return exp(log_all);
}

double
ssim_loss_run(struct ssim_loss *s, const float *x, const float *y,
	double weight, float *dy)
{
	struct scale *a = s->scale;
	double similar;

	to_luma(s, x, a->x);
	to_luma(s, y, a->y);
	for (size_t j = 0; j < s->scales; j++) {
		if (j) {
			halve(a[j - 1].x, a[j - 1].h, a[j - 1].w, 1, a[j].x);
			halve(a[j - 1].y, a[j - 1].h, a[j - 1].w, 1, a[j].y);
		}
		run_scale(s, &a[j], j + 1 == s->scales);
	}
	similar = combine(s);
	for (size_t j = s->scales; j-- > 1;)
		halve_backward(a[j].dy, a[j - 1].h, a[j - 1].w, 1, a[j - 1].dy);
	for (size_t i = 0; dy && i < s->h * s->w; i++)
		for (size_t j = 0; j < s->c; j++)
			dy[i * s->c + j] -=
				(float)weight * share(s->c, j) * a->dy[i];
	return 1 - similar;
}
