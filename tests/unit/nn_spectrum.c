/* What a network sees of MDCT frames. */
#include "nn/spectrum.h"
#include "numbers.h"

static void
rows_are_the_formula(void **state)
{
	struct rng r = seeded("rows_are_the_formula");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		size_t n = between(&r, 1, 5), dim = between(&r, 1, 40);
		float *x = normals(&r, n * dim, trial % 2 ? 1e-3 : 1);
		float *y = unwritten(2 * n * dim + 1);
		double root = sqrt((double)dim);

		spectrum_rows(x, n, dim, y);
		assert_true(isnan(y[2 * n * dim]));
		for (size_t i = 0; i < n * dim; i++) {
			size_t k = i % dim, at = i / dim * 2 * dim + k;
			double v = root * (double)x[i];
			double b = k > 0 ? root * (double)x[i - 1] : 0;
			double a = k + 1 < dim ? root * (double)x[i + 1] : 0;
			double level = v * v + (a - b) * (a - b);

			near((double)y[at], v / sqrt(fabs(v) + 0.01), 1e-5);
			near((double)y[at + dim], pow(level + 1e-6, 0.25),
				1e-5);
		}
		free(x);
		free(y);
	}
}

/* A partial that swings from frame to frame with its phase has a steady level:
 * the deviation of S is far below that of the squares. */
static void
levels_are_steadier_than_coefficients(void **state)
{
	enum { DIM = 64, FRAMES = 64 };
	double sum[2] = { 0 }, square[2] = { 0 }, pi = acos(-1);

	(void)state;
	for (int f = 0; f < FRAMES; f++) {
		float x[DIM] = { 0 }, y[2 * DIM];
		double phase = 2 * pi * f / FRAMES;
		/* a sine-windowed partial in the middle of bin 20 */
		x[19] = (float)(0.5 * sin(phase));
		x[20] = (float)cos(phase);
		x[21] = (float)(-0.5 * sin(phase));
		spectrum_rows(x, 1, DIM, y);
		for (int i = 0; i < 2; i++) {
			double v = fabs((double)y[i * DIM + 20]);

			sum[i] += v / FRAMES;
			square[i] += v * v / FRAMES;
		}
	}
	for (int i = 0; i < 2; i++)
		square[i] = sqrt(fmax(square[i] - sum[i] * sum[i], 0)) / sum[i];
	assert_true(square[0] > 0.2);
	assert_true(square[1] < 0.01);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_the_formula),
		cmocka_unit_test(levels_are_steadier_than_coefficients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
