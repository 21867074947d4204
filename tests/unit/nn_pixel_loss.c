/* Losses of images, and their gradients, against plain double code. */
#include "nn/pixel_loss.h"
#include "nn/ssim_loss.h"
#include "nn_gradients.h"

enum term { L1, EDGES, SSIM, TERMS };

struct plain {
	enum term term;
	size_t h, w, c;
	double *x, *y;
	double weight; /* of the gradient */
	double *kink;  /* the least of what absolute values were taken of */
};

static double
absolute(const struct plain *p, double x)
{
	*p->kink = fmin(*p->kink, fabs(x));
	return fabs(x);
}

/* [h, w, c] to [h/2, w/2, c], to be freed. */
static double *
plain_half(const double *x, size_t h, size_t w, size_t c)
{
	double *half = mem_alloc(h / 2 * (w / 2) * c + 1, sizeof(*half));

	for (size_t r = 0; r < h / 2; r++)
		for (size_t i = 0; i < w / 2; i++)
			for (size_t j = 0; j < c; j++) {
				double sum = 0;

				for (size_t t = 0; t < 4; t++)
					sum += x[((2 * r + t / 2) * w + 2 * i +
							 t % 2) *
							c +
						j];
				half[(r * (w / 2) + i) * c + j] = sum / 4;
			}
	return half;
}

static double
plain_edges_at(const struct plain *p, const double *e, size_t h, size_t w)
{
	size_t c = p->c, na = h * (w - 1) * c, nd = (h - 1) * w * c;
	double across = 0, down = 0;

	for (size_t r = 0; r < h; r++)
		for (size_t i = 0; i < w * c; i++) {
			const double *at = e + r * w * c + i;

			if (i + c < w * c)
				across += absolute(p, at[c] - at[0]);
			if (r + 1 < h)
				down += absolute(p, at[w * c] - at[0]);
		}
	return (na ? across / (double)na : 0) / 2 +
		(nd ? down / (double)nd : 0) / 2;
}

static double
plain_edges(const struct plain *p)
{
	size_t n = p->h * p->w * p->c, h = p->h, w = p->w, levels = 0;
	double *e = mem_alloc(n, sizeof(*e)), sum = 0;

	for (size_t i = 0; i < n; i++)
		e[i] = p->y[i] - p->x[i];
	while (levels < 3 && (levels == 0 || (h >= 2 && w >= 2))) {
		double *half = plain_half(e, h, w, p->c);

		sum += plain_edges_at(p, e, h, w);
		levels++;
		free(e);
		e = half;
		h /= 2;
		w /= 2;
	}
	free(e);
	return sum / (double)levels;
}

static double
tap(size_t i, size_t n)
{
	double at = (double)i - ((double)n - 1) / 2, sum = 0;

	for (size_t j = 0; j < n; j++) {
		double b = (double)j - ((double)n - 1) / 2;

		sum += exp(-b * b / 4.5);
	}
	return exp(-at * at / 4.5) / sum;
}

/* One window: mean x, y, variances, covariance by their definitions. */
static double
window_similarity(const double *x, const double *y, size_t w, size_t down,
	size_t across, bool last)
{
	double mx = 0, my = 0, vx = 0, vy = 0, cov = 0, cs;

	for (int pass = 0; pass < 2; pass++)
		for (size_t r = 0; r < down; r++)
			for (size_t i = 0; i < across; i++) {
				double t = tap(r, down) * tap(i, across);
				double a = x[r * w + i], b = y[r * w + i];

				mx += pass ? 0 : t * a;
				my += pass ? 0 : t * b;
				vx += pass ? t * (a - mx) * (a - mx) : 0;
				vy += pass ? t * (b - my) * (b - my) : 0;
				cov += pass ? t * (a - mx) * (b - my) : 0;
			}
	cs = (2 * cov + 9e-4) / (vx + vy + 9e-4);
	return last ? cs * (2 * mx * my + 1e-4) / (mx * mx + my * my + 1e-4)
		    : cs;
}

static double
scale_similarity(
	const double *x, const double *y, size_t h, size_t w, bool last)
{
	size_t down = h < 11 ? h : 11, across = w < 11 ? w : 11;
	double sum = 0;

	for (size_t r = 0; r + down <= h; r++)
		for (size_t i = 0; i + across <= w; i++)
			sum += window_similarity(x + r * w + i, y + r * w + i,
				w, down, across, last);
	return sum / (double)((h - down + 1) * (w - across + 1));
}

static double *
plain_luma(const double *x, size_t n, size_t c)
{
	double *to = mem_alloc(n, sizeof(*to));

	for (size_t i = 0; i < n; i++, x += c)
		to[i] = c < 3 ? x[0]
			      : 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2];
	return to;
}

static double
plain_ssim(const struct plain *p)
{
	static const double beta[] = { 0.0448, 0.2856, 0.3001, 0.2363, 0.1333 };
	size_t h = p->h, w = p->w, scales = 1;
	double *x = plain_luma(p->x, h * w, p->c), all = 0, sum = 0;
	double *y = plain_luma(p->y, h * w, p->c);

	while (scales < 5 && h >> scales >= 11 && w >> scales >= 11)
		sum += beta[scales++ - 1];
	sum += beta[scales - 1];
	for (size_t j = 0; j < scales; j++) {
		double *hx = plain_half(x, h, w, 1);
		double *hy = plain_half(y, h, w, 1);
		double m = scale_similarity(x, y, h, w, j + 1 == scales);

		all += beta[j] / sum *
			(m > 0.05 ? log(m) : log(0.05) + m / 0.05 - 1);
		free(x);
		free(y);
		x = hx;
		y = hy;
		h /= 2;
		w /= 2;
	}
	free(x);
	free(y);
	return 1 - exp(all);
}

static double
term_of(const struct plain *p)
{
	size_t n = p->h * p->w * p->c;
	double sum = 0;

	if (p->term == SSIM)
		return plain_ssim(p);
	if (p->term == EDGES)
		return plain_edges(p);
	for (size_t i = 0; i < n; i++)
		sum += absolute(p, p->y[i] - p->x[i]);
	return sum / (double)n;
}

static double
loss(const void *arg)
{
	const struct plain *p = arg;

	return term_of(p) * p->weight;
}

static double
measure(const struct plain *p, const float *x, const float *y, double weight,
	float *dy)
{
	size_t h = p->h, w = p->w, c = p->c;
	struct ssim_loss *s;
	float *work;
	double v;

	if (p->term == L1)
		return pixel_loss_l1(x, y, h * w * c, weight, dy);
	if (p->term == EDGES) {
		work = unwritten(pixel_loss_edges_work(h, w, c));
		v = pixel_loss_edges(x, y, h, w, c, weight, work, dy);
		free(work);
		return v;
	}
	s = ssim_loss_open(h, w, c);
	ssim_loss_run(s, y, x, 1, NULL); /* nothing of it stays */
	v = ssim_loss_run(s, x, y, weight, dy);
	ssim_loss_close(s);
	return v;
}

/* Smooth ramps with noise, so that there is structure at every scale. */
static float *
an_image(struct rng *r, size_t h, size_t w, size_t c)
{
	float *x = mem_floats(h * w * c);
	double a = rng_normal(r), b = rng_normal(r);

	for (size_t i = 0; i < h * w * c; i++) {
		double row = (double)(i / (w * c)), col = (double)(i / c % w);

		x[i] = (float)(0.5 + 0.25 * sin(a * row / 9 + b * col / 9) +
			0.08 * rng_normal(r));
	}
	return x;
}

static void
one_image(struct rng *r, enum term term, size_t h, size_t w, size_t c,
	double noise)
{
	size_t n = h * w * c;
	float *x = an_image(r, h, w, c), *y = normals(r, n, noise);
	float *dy = ones(n);
	double kink = 1;
	struct plain p = { term, h, w, c, NULL, NULL, 10 * (double)n, &kink };
	double want, got;

	for (size_t i = 0; i < n; i++)
		y[i] += x[i];
	p.x = doubles(x, n);
	p.y = doubles(y, n);
	want = term_of(&p);
	got = measure(&p, x, y, p.weight, dy);
	near(got, want, 2e-5 * want + 1e-6);
	near(measure(&p, x, y, 1, NULL), got, 0);
	if (kink > 2e-5) /* else differences go across it */
		gradient_is(r, dy, 1, p.y, n, loss, &p);
	free(p.x);
	free(p.y);
	free(x);
	free(y);
	free(dy);
}

static void
distances_and_gradients_meet_plain_ones(void **state)
{
	struct rng r = seeded("distances_and_gradients_meet_plain_ones");

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		size_t h = between(&r, 1, 20), w = between(&r, 1, 40);

		if (h * w == 1)
			continue;
		one_image(&r, trial % 2 ? L1 : EDGES, h, w, between(&r, 1, 4),
			0.1);
	}
}

static void
similarity_and_gradient_meet_plain_ones(void **state)
{
	static const size_t side[][2] = { { 7, 13 }, { 11, 11 }, { 23, 22 },
		{ 1, 30 }, { 25, 44 } };
	struct rng r = seeded("similarity_and_gradient_meet_plain_ones");

	(void)state;
	for (size_t i = 0; i < sizeof(side) / sizeof(*side); i++)
		for (size_t c = 1; c <= (i < 2 ? 4 : 1); c++)
			one_image(&r, SSIM, side[i][0], side[i][1], c, 0.15);
}

/* Of opposites every mean is below 0. */
static void
opposites_have_a_gradient(void **state)
{
	struct rng r = seeded("opposites_have_a_gradient");
	struct plain p = { SSIM, 24, 24, 1, NULL, NULL, 1, NULL };
	float *x = normals(&r, 576, 0.5), *y = mem_floats(576);
	float *dy = mem_zfloats(576);

	(void)state;
	for (size_t i = 0; i < 576; i++)
		y[i] = -x[i] + (float)(0.05 * rng_normal(&r));
	p.x = doubles(x, 576);
	p.y = doubles(y, 576);
	near(measure(&p, x, y, 1e6, dy), loss(&p), 1e-5);
	assert_true(loss(&p) > 0.9);
	for (size_t i = 0; i < 576; i++)
		assert_true(isfinite(dy[i]) && dy[i] != 0);
	free(p.x);
	free(p.y);
	free(x);
	free(y);
	free(dy);
}

static void
equal_images_have_no_loss(void **state)
{
	struct rng r = seeded("equal_images_have_no_loss");
	size_t n = 32 * 24 * 3;
	float *x = an_image(&r, 32, 24, 3), *dy = mem_zfloats(n);

	(void)state;
	for (int flat = 0; flat < 2; flat++) {
		for (int term = 0; term < TERMS; term++) {
			struct plain p = { (enum term)term, 32, 24, 3, NULL,
				NULL, 1, NULL };

			near(measure(&p, x, x, 1, dy), 0, 2e-6);
		}
		for (size_t i = 0; i < n; i++)
			near((double)dy[i], 0, 1e-6);
		for (size_t i = 0; i < n; i++)
			x[i] = 0.5F;
	}
	free(x);
	free(dy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_and_gradients_meet_plain_ones),
		cmocka_unit_test(similarity_and_gradient_meet_plain_ones),
		cmocka_unit_test(opposites_have_a_gradient),
		cmocka_unit_test(equal_images_have_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
