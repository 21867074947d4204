/* Gains against libm, their gradients against central differences in double. */
#include "nn/gain.h"
#include "nn_gradients.h"

struct plain {
	size_t n, out;
	const float *dy;
	double *y, *g; /* [n, out], [n, 2 out] */
};

static double
plain_y(const struct plain *s, size_t v, size_t i)
{
	const double *g = s->g + 2 * v * s->out;

	return (s->y[v * s->out + i] + g[i]) * exp(g[s->out + i]);
}

static double
loss(const void *arg)
{
	const struct plain *s = arg;
	double sum = 0;

	for (size_t i = 0; i < s->n * s->out; i++)
		sum += (double)s->dy[i] * plain_y(s, i / s->out, i % s->out);
	return sum;
}

static void
forward_is_the_formula(void **state)
{
	struct rng r = seeded("forward_is_the_formula");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		size_t n = between(&r, 1, 9), out = between(&r, 1, 70);
		float *y = normals(&r, n * out, 1);
		float *g = normals(&r, 2 * n * out, 2);
		struct plain s = { .n = n,
			.out = out,
			.y = doubles(y, n * out),
			.g = doubles(g, 2 * n * out) };

		gain_rows(g, n, out, y);
		for (size_t i = 0; i < n * out; i++) {
			double want = plain_y(&s, i / out, i % out);

			near((double)y[i], want, 1e-5 * (1 + fabs(want)));
		}
		free(s.y);
		free(s.g);
		free(y);
		free(g);
	}
}

static void
gradients_meet_central_differences(void **state)
{
	struct rng r = seeded("gradients_meet_central_differences");
	enum { N = 3, OUT = 5 };
	float *y = normals(&r, N * OUT, 1), *g = normals(&r, 2 * N * OUT, 1);
	float *dy = normals(&r, N * OUT, 1), *by = mem_floats(N * OUT);
	struct plain s = { N, OUT, dy, doubles(y, N * OUT),
		doubles(g, 2 * N * OUT) };

	(void)state;
	memcpy(by, dy, N * OUT * sizeof(*by));
	gain_rows(g, N, OUT, y);
	gain_backward(g, N, OUT, by);
	gradient_is(&r, by, 0, s.y, N * OUT, loss, &s);
	gradient_is(&r, g, 0, s.g, 2 * N * OUT, loss, &s);
	free(s.y);
	free(s.g);
	free(y);
	free(g);
	free(dy);
	free(by);
}

static void
far_gains_are_held(void **state)
{
	float y[] = { 1, 1 }, g[] = { 0, 0, 1e30F, -1e30F };

	(void)state;
	gain_rows(g, 1, 2, y);
	near((double)y[0], exp(GAIN_MOST), 1e-5 * exp(GAIN_MOST));
	near((double)y[1], exp(-GAIN_MOST), 1e-5 * exp(-GAIN_MOST));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forward_is_the_formula),
		cmocka_unit_test(gradients_meet_central_differences),
		cmocka_unit_test(far_gains_are_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
