/* Principal components and the best decoder against plain versions in double. */
#include "numbers.h"
#include "quant/components.h"

/* Correlated rows: a random mix of sources of falling strength. */
static float *
mixed_rows(struct rng *r, size_t n, size_t dim)
{
	float *mix = normals(r, dim * dim, 1), *x = mem_zfloats(n * dim);

	for (size_t v = 0; v < n; v++)
		for (size_t s = 0; s < dim; s++) {
			double a = rng_normal(r) * pow(0.7, (double)s);

			for (size_t j = 0; j < dim; j++)
				x[v * dim + j] += (float)a * mix[s * dim + j];
		}
	free(mix);
	return x;
}

/* One Jacobi rotation of the symmetric a, gathered in the rows of vec. */
static void
rotate(double *a, double *vec, size_t d, size_t p, size_t q)
{
	double angle =
		0.5 * atan2(2 * a[p * d + q], a[q * d + q] - a[p * d + p]);
	double c = cos(angle), s = sin(angle);

	for (size_t i = 0; i < d; i++) {
		double x = a[i * d + p], y = a[i * d + q];

		a[i * d + p] = c * x - s * y;
		a[i * d + q] = s * x + c * y;
	}
	for (size_t i = 0; i < d; i++) {
		double x = a[p * d + i], y = a[q * d + i];
		double u = vec[p * d + i], w = vec[q * d + i];

		a[p * d + i] = c * x - s * y;
		a[q * d + i] = s * x + c * y;
		vec[p * d + i] = c * u - s * w;
		vec[q * d + i] = s * u + c * w;
	}
}

/* Eigenvectors of the covariance, as rows, in any order. */
static void
jacobi(const float *x, size_t n, size_t d, double *a, double *vec)
{
	for (size_t i = 0; i < d * d; i++) {
		a[i] = 0;
		vec[i] = i % (d + 1) == 0;
		for (size_t v = 0; v < n; v++)
			a[i] += (double)x[v * d + i / d] *
				(double)x[v * d + i % d] / (double)n;
	}
	for (int sweep = 0; sweep < 15; sweep++)
		for (size_t p = 0; p < d; p++)
			for (size_t q = p + 1; q < d; q++)
				rotate(a, vec, d, p, q);
}

static size_t
take_largest(double *a, size_t d)
{
	size_t top = 0;

	for (size_t i = 1; i < d; i++)
		if (a[i * d + i] > a[top * d + top])
			top = i;
	return top;
}

static void
components_are_the_eigenvectors(void **state)
{
	struct rng r = seeded("components_are_the_eigenvectors");
	enum { ROWS = 1500, DIM = 8, D = 5 };

	(void)state;
	for (int trial = 0; trial < 10; trial++) {
		float *x = mixed_rows(&r, ROWS, DIM), p[D * DIM];
		double a[DIM * DIM], vec[DIM * DIM], variance[D], total = 0;
		struct err e;

		assert_int_equal(
			components_find(x, ROWS, DIM, D, p, variance, &e), 0);
		jacobi(x, ROWS, DIM, a, vec);
		for (size_t i = 0; i < DIM; i++)
			total += a[i * DIM + i];
		for (size_t i = 0; i < D; i++) {
			size_t top = take_largest(a, DIM);
			double dot = 0, value = a[top * DIM + top];

			for (size_t j = 0; j < DIM; j++)
				dot += (double)p[i * DIM + j] *
					vec[top * DIM + j];
			near(fabs(dot), 1, 1e-3);
			near(variance[i], value, 1e-6 * total);
			a[top * DIM + top] = -1;
		}
		free(x);
	}
}

/* E |x - B q|^2 by the definition. */
static double
residual(const float *x, const float *q, const float *b, size_t n, size_t dim,
	size_t d, float *left)
{
	double sum = 0;

	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < dim; j++) {
			double t = (double)x[v * dim + j];

			for (size_t i = 0; i < d; i++)
				t -= (double)b[j * d + i] *
					(double)q[v * d + i];
			left[v * dim + j] = (float)t;
			sum += t * t;
		}
	return sum / (double)n;
}

static void
the_decoder_is_least_squares(void **state)
{
	struct rng r = seeded("the_decoder_is_least_squares");
	enum { ROWS = 2500, DIM = 7, D = 4 };
	float *x = normals(&r, ROWS * DIM, 1), *q = normals(&r, ROWS * D, 2);
	float b[DIM * D], other[DIM * D], *left = mem_floats(ROWS * DIM);
	double least;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ROWS * DIM; i++)
		x[i] += 0.5f * q[i / DIM * D + i % D];
	assert_int_equal(components_fit(x, q, ROWS, DIM, D, b, &e), 0);
	for (size_t i = 0; i < 20; i++) {
		memcpy(other, b, sizeof(b));
		other[rng_below(&r, DIM * D)] += i % 2 ? 0.01f : -0.01f;
		least = residual(x, q, b, ROWS, DIM, D, left);
		assert_true(least < residual(x, q, other, ROWS, DIM, D, left));
	}
	residual(x, q, b, ROWS, DIM, D, left);
	for (size_t j = 0; j < DIM; j++)
		for (size_t i = 0; i < D; i++) {
			double dot = 0;

			for (size_t v = 0; v < ROWS; v++)
				dot += (double)left[v * DIM + j] *
					(double)q[v * D + i];
			near(dot / ROWS, 0, 2e-5);
		}
	free(x);
	free(q);
	free(left);
}

static void
a_dimension_without_codes_does_no_harm(void **state)
{
	struct rng r = seeded("a_dimension_without_codes_does_no_harm");
	enum { ROWS = 200, DIM = 3, D = 3 };
	float *x = normals(&r, ROWS * DIM, 1), q[ROWS * D], b[DIM * D];
	struct err e;

	(void)state;
	for (size_t i = 0; i < ROWS * D; i++)
		q[i] = i % D == 1 ? 0 : x[i];
	assert_int_equal(components_fit(x, q, ROWS, DIM, D, b, &e), 0);
	for (size_t i = 0; i < DIM; i++) {
		near((double)b[i * D + 1], 0, 1e-6);
		near((double)b[i * D], i == 0, i == 1 ? 0.5 : 1e-2);
	}
	memset(q, 0, sizeof(q)); /* none at all */
	assert_int_equal(components_fit(x, q, ROWS, DIM, D, b, &e), 0);
	for (size_t i = 0; i < DIM * D; i++)
		near((double)b[i], 0, 0);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(components_are_the_eigenvectors),
		cmocka_unit_test(the_decoder_is_least_squares),
		cmocka_unit_test(a_dimension_without_codes_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
