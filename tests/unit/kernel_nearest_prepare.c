/*
 * A codebook prepared on a pool and in its old memory: the bits of
 * nearest_init, whatever was there before.
 */
#include "kernel/nearest_prepare.h"
#include "numbers.h"

static void
same_search(const struct nearest *got, const float *code, size_t k, size_t d)
{
	struct nearest want;

	nearest_init(&want, code, k, d);
	assert_int_equal(got->panel.rows, want.panel.rows);
	assert_int_equal(got->panel.count, want.panel.count);
	assert_int_equal(got->panel.d, want.panel.d);
	same_bits(got->centre, want.centre, d);
	same_bits(got->panel.start, want.panel.start, want.panel.count * PANEL);
	same_bits(got->panel.w, want.panel.w, want.panel.count * d * PANEL);
	nearest_free(&want);
}

/* Codes that keep their shape for a while and change in between. */
static void
any_pool_and_any_past_give_the_bits_of_nearest_init(void **state)
{
	struct rng r =
		seeded("any_pool_and_any_past_give_the_bits_of_nearest_init");
	struct nearest s = { 0 };

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		size_t k = between(&r, 1, 400), d = between(&r, 1, 150);
		struct pool *pool = pool_open(between(&r, 1, 3));

		for (int step = 0; step < 3; step++) {
			float *code = normals(&r, k * d + 1, 1) + 1;

			for (size_t i = 0; i < k * d; i++)
				code[i] += (float)step;
			if (trial % 3 == 0)
				code[0] = 1e6f; /* has another centre */
			nearest_prepare(&s, pool, code, k, d);
			same_search(&s, code, k, d);
			free(code - 1);
		}
		pool_close(pool);
	}
	nearest_free(&s);
}

/* As many numbers in another shape: not the old panels. */
static void
another_shape_is_another_codebook(void **state)
{
	struct rng r = seeded("another_shape_is_another_codebook");
	float *code = normals(&r, 40 * 20, 1);
	struct nearest s = { 0 };

	(void)state;
	nearest_prepare(&s, NULL, code, 40, 20);
	nearest_prepare(&s, NULL, code, 20, 40);
	same_search(&s, code, 20, 40);
	nearest_prepare(&s, NULL, code, 39, 20);
	same_search(&s, code, 39, 20);
	nearest_free(&s);
	free(code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			any_pool_and_any_past_give_the_bits_of_nearest_init),
		cmocka_unit_test(another_shape_is_another_codebook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
