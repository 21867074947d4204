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

static void
what_a_png_cannot_hold_is_refused(void **state)
{
	static const struct {
		size_t width, height;
		const char *words;
	} bad[] = {
		{ 0, 5, "0 x 5 has no pixels" },
		{ 5, 0, "5 x 0 has no pixels" },
		{ (size_t)1 << 30, 1, "too many for a PNG" },
		{ 1, (size_t)1 << 31, "too many for a PNG" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct image_info info = { bad[i].width, bad[i].height, 1, 8 };
		struct err e = { 0 };
		struct output *o = output_open(
			scratch("bad"), (struct output_opts){ 0 }, &e);

		assert_null(png_out_open(o, info, &e));
		if (!strstr(e.msg, bad[i].words))
			fail_msg("%s: %s", bad[i].words, e.msg);
		output_abort(o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(values_are_clamped_and_rounded),
		cmocka_unit_test(what_a_png_cannot_hold_is_refused),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
