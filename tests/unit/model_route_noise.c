/* Noise of a given ratio, by seed and row alone. */
#include "model/route_noise.h"
#include "numbers.h"
#include "util/mem.h"
#include "util/rng.h"

#define N ((size_t)400)
#define D ((size_t)96)

static float *
rows(void)
{
	float *x = mem_floats(N * D);
	struct rng g;

	rng_seed(&g, 3, 0);
	for (size_t i = 0; i < N * D; i++)
		x[i] = (float)((double)(1 + i / D) * rng_normal(&g));
	return x;
}

static void
scales_are_powers_of_ten(void **state)
{
	(void)state;
	for (double db = -60; db <= 60; db += 2.5)
		assert_true(fabs(route_noise_scale(db) / pow(10, -db / 20) -
				    1) < 1e-14);
}

/* The ratio of each token in the mean, and numbers that are normal ones. */
static void
noise_has_the_ratio_and_is_normal(void **state)
{
	float *x = rows(), *y = rows();
	double ratio = 0, sum[5] = { 0 };

	(void)state;
	route_noise_add(y, N, D, route_noise_scale(12), 7, 0);
	for (size_t v = 0; v < N; v++) {
		double signal = 0, noise = 0, size;

		for (size_t i = v * D; i < (v + 1) * D; i++) {
			double e = (double)y[i] - (double)x[i];

			signal += (double)x[i] * (double)x[i];
			noise += e * e;
		}
		size = pow(10, -0.6) * sqrt(signal / D);
		ratio += noise / signal / N;
		for (size_t i = v * D; i < (v + 1) * D; i++) {
			double e = ((double)y[i] - (double)x[i]) / size;

			for (int p = 1; p <= 4; p++)
				sum[p] += pow(e, p) / (double)(N * D);
		}
	}
	assert_true(fabs(10 * log10(ratio) + 12) < 0.1);
	/* Four standard errors; the fourth moment of twelve numbers is 2.9. */
	assert_true(fabs(sum[1]) < 0.021);
	assert_true(fabs(sum[2] - 1) < 0.029);
	assert_true(fabs(sum[3]) < 0.08);
	assert_true(fabs(sum[4] - 2.9) < 0.2);
	free(x);
	free(y);
}

static void
noise_goes_by_seed_and_row(void **state)
{
	float *x = rows(), *y = rows(), *z = rows(), zero[D] = { 0 };

	(void)state;
	route_noise_add(x, N, D, 0.25, 7, 100);
	for (size_t v = 0; v < N; v += 7)
		route_noise_add(
			y + v * D, N - v < 7 ? N - v : 7, D, 0.25, 7, 100 + v);
	assert_memory_equal(x, y, N * D * sizeof(*x));
	route_noise_add(z, N, D, 0.25, 8, 100);
	assert_memory_not_equal(x, z, D * sizeof(*x));
	route_noise_add(zero, 1, D, 0.25, 7, 0);
	for (size_t i = 0; i < D; i++)
		assert_true(zero[i] == 0);
	free(x);
	free(y);
	free(z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scales_are_powers_of_ten),
		cmocka_unit_test(noise_has_the_ratio_and_is_normal),
		cmocka_unit_test(noise_goes_by_seed_and_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
