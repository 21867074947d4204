#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/ssim.h"
#include "util/mem.h"

#define WINDOW ((size_t)11)
#define SIGMA 1.5
#define C1 (0.01 * 0.01)
#define C2 (0.03 * 0.03)

/* Windowed means of a, b, a^2, b^2, ab. */
enum { A, B, AA, BB, AB, MAPS };

struct ssim {
	size_t width, height;
	size_t across, down; /* taps */
	size_t out;          /* window positions in a row */
	double tap_across[WINDOW], tap_down[WINDOW];
	double *product; /* [MAPS, width]: of the newest row */
	double *ring;    /* [down, MAPS, out]: filtered along the rows */
	double *sum;     /* [MAPS, out] */
	size_t rows;
	double total;
};

static size_t
gaussian(double *tap, size_t side)
{
	size_t n = side < WINDOW ? side : WINDOW;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double x = (double)i - ((double)n - 1) / 2;

		tap[i] = exp(-x * x / (2 * SIGMA * SIGMA));
		sum += tap[i];
	}
	for (size_t i = 0; i < n; i++)
		tap[i] /= sum;
	return n;
}

struct ssim *
ssim_open(size_t width, size_t height)
{
	struct ssim *s = mem_zalloc(1, sizeof(*s));

	assert(width && height);
	s->width = width;
	s->height = height;
	s->across = gaussian(s->tap_across, width);
	s->down = gaussian(s->tap_down, height);
	s->out = width - s->across + 1;
	s->product = mem_alloc(MAPS * width, sizeof(double));
	s->ring = mem_alloc(s->down * MAPS * s->out, sizeof(double));
	s->sum = mem_alloc(MAPS * s->out, sizeof(double));
	return s;
}

void
ssim_close(struct ssim *s)
{
	if (!s)
		return;
	free(s->product);
	free(s->ring);
	free(s->sum);
	free(s);
}

static void
products(struct ssim *s, const float *a, const float *b)
{
	double *p = s->product;
	size_t w = s->width;

	for (size_t i = 0; i < w; i++) {
		double x = a[i], y = b[i];

		p[A * w + i] = x;
		p[B * w + i] = y;
		p[AA * w + i] = x * x;
		p[BB * w + i] = y * y;
		p[AB * w + i] = x * y;
	}
}

/* out[i] += tap * in[i]; tap by tap, so that it runs over whole rows. */
static void
axpy(double *out, double tap, const double *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] += tap * in[i];
}

static void
filter_across(struct ssim *s, double *row)
{
	memset(row, 0, MAPS * s->out * sizeof(*row));
	for (size_t m = 0; m < MAPS; m++)
		for (size_t t = 0; t < s->across; t++)
			axpy(row + m * s->out, s->tap_across[t],
				s->product + m * s->width + t, s->out);
}

static void
filter_down(struct ssim *s)
{
	size_t row = MAPS * s->out, oldest = s->rows - s->down;

	memset(s->sum, 0, row * sizeof(*s->sum));
	for (size_t t = 0; t < s->down; t++)
		axpy(s->sum, s->tap_down[t],
			s->ring + (oldest + t) % s->down * row, row);
}

static double
similarity(const double *sum, size_t n)
{
	double total = 0;

	for (size_t i = 0; i < n; i++) {
		double a = sum[A * n + i], b = sum[B * n + i];
		double va = sum[AA * n + i] - a * a;
		double vb = sum[BB * n + i] - b * b;
		double cov = sum[AB * n + i] - a * b;

		total += (2 * a * b + C1) * (2 * cov + C2) /
			((a * a + b * b + C1) * (va + vb + C2));
	}
	return total;
}

void
ssim_row(struct ssim *s, const float *a, const float *b)
{
	assert(s->rows < s->height);
	products(s, a, b);
	filter_across(s, s->ring + s->rows % s->down * MAPS * s->out);
	s->rows++;
	if (s->rows < s->down)
		return;
	filter_down(s);
	s->total += similarity(s->sum, s->out);
}

double
ssim_mean(const struct ssim *s)
{
	assert(s->rows == s->height);
	return s->total / ((double)s->out * (double)(s->height - s->down + 1));
}
