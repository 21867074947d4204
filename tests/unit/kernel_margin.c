/* Margins against plain sums, in every version of the kernels. */
#include "kernel/margin.h"
#include "versions.h"

#define MOST ((size_t)70)

/* As margin.h says, eight sums side by side. */
static float
plain(const float *x, const float *c, const float *f, size_t d)
{
	double dot[8] = { 0 }, norm[8] = { 0 };

	for (size_t i = 0; i < d; i++) {
		double step = (double)f[i] - (double)c[i];

		dot[i % 8] +=
			step * ((double)f[i] + (double)c[i] - 2 * (double)x[i]);
		norm[i % 8] += step * step;
	}
	for (size_t i = 1; i < 8; i++) {
		dot[0] += dot[i];
		norm[0] += norm[i];
	}
	return dot[0] > 0 ? (float)(dot[0] / (2 * sqrt(norm[0]))) : 0;
}

/* At every length, and at places that are not aligned. */
static int
bits_differ(void)
{
	float x[MOST], c[MOST], f[MOST];
	size_t above = 0;
	struct rng r;

	rng_seed(&r, 6, 0);
	for (size_t d = 1; d < MOST; d++)
		for (size_t from = 0; from < 3 && from < d; from++) {
			float got, want;

			fill(&r, x, d, 1);
			fill(&r, c, d, 1);
			fill(&r, f, d, 1);
			got = margin_between(
				x + from, c + from, f + from, d - from);
			want = plain(x + from, c + from, f + from, d - from);
			if (memcmp(&got, &want, sizeof(got)) != 0)
				return 1;
			above += want > 0;
		}
	return above > 50 ? 0 : 1;
}

static void
margins_have_the_bits_of_plain_sums(void **state)
{
	(void)state;
	in_each_version(bits_differ);
}

/* x on the line from c to f: the distance to its middle. */
static void
margins_are_distances(void **state)
{
	float x[MOST], c[MOST], f[MOST];
	struct rng r = seeded("margins");
	double length = 0;

	(void)state;
	fill(&r, c, MOST, 1);
	fill(&r, f, MOST, 1);
	for (size_t i = 0; i < MOST; i++) {
		x[i] = c[i] + (f[i] - c[i]) / 8;
		length += pow((double)f[i] - (double)c[i], 2);
	}
	near((double)margin_between(x, c, f, MOST), sqrt(length) * 3 / 8, 1e-5);
	assert_true(margin_between(x, f, c, MOST) == 0);
	assert_true(margin_between(x, c, c, MOST) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(margins_have_the_bits_of_plain_sums),
		cmocka_unit_test(margins_are_distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
