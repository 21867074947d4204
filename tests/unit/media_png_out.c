/* What is written as PNG comes back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media_images.h"
#include "util/rng.h"

#define SEED 20260801

static void
what_is_written_comes_back(void **state)
{
	static const size_t size[][2] = { { 1, 1 }, { 1, 9 }, { 13, 1 },
		{ 31, 17 } };
	struct rng r;

	(void)state;
	rng_seed(&r, SEED, 0);
	for (size_t k = 0; k < 4 * 4 * 2; k++) {
		const size_t *s = size[k / 8];
		size_t depth = k % 2 ? 16 : 8, top = depth == 16 ? 65535 : 255;
		struct image a = { { s[0], s[1], k / 2 % 4 + 1, depth }, NULL };
		struct image b;
		struct err e;

		a.x = mem_floats(floats(&a));
		for (size_t i = 0; i < floats(&a); i++)
			a.x[i] = (float)rng_below(&r, top + 1) / (float)top;
		save(scratch("out.png"), &a);
		assert_int_equal(load(scratch("out.png"), &b, 2, &e), 0);
		assert_same(&a, &b);
		free(a.x);
		free(b.x);
	}
}

static void
values_are_clamped_and_rounded(void **state)
{
	float x[] = { -1, 2, NAN, 0.49f / 255, 0.51f / 255, INFINITY, -INFINITY,
		0.5f };
	float want[] = { 0, 255, 0, 0, 1, 255, 0, 128 };
	struct image a = { { 8, 1, 1, 8 }, x }, b;
	struct err e;

	(void)state;
	save(scratch("clamp.png"), &a);
	assert_int_equal(load(scratch("clamp.png"), &b, 1, &e), 0);
	for (size_t i = 0; i < 8; i++)
		assert_true(b.x[i] == want[i] / 255.0f);
	free(b.x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(values_are_clamped_and_rounded),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
