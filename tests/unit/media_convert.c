/* Channels: luma, white behind alpha, and what must come back unchanged. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/convert.h"

static void
check(const float *in, size_t from, size_t to, const float *want)
{
	float two[8], out[9], twice[8];

	for (size_t i = 0; i < 2 * from; i++)
		two[i] = in[i % from];
	for (size_t i = 0; i < 2 * to; i++)
		twice[i] = want[i % to];
	out[2 * to] = 7;
	convert_channels(two, from, out, to, 2);
	for (size_t i = 0; i < 2 * to; i++)
		assert_true(fabsf(out[i] - twice[i]) < 1e-6f);
	assert_true(out[2 * to] == 7);
}

static void
every_pair_is_as_defined(void **state)
{
	static const float in[4][4] = { { 0.5f }, { 0.5f, 0.2f },
		{ 0.1f, 0.4f, 0.8f }, { 0.1f, 0.4f, 0.8f, 0.5f } };
	/* white: a v + 1 - a; luma: 0.299 r + 0.587 g + 0.114 b */
	static const float want[4][4][4] = {
		{ { 0.5f }, { 0.5f, 1 }, { 0.5f, 0.5f, 0.5f },
			{ 0.5f, 0.5f, 0.5f, 1 } },
		{ { 0.9f }, { 0.5f, 0.2f }, { 0.9f, 0.9f, 0.9f },
			{ 0.5f, 0.5f, 0.5f, 0.2f } },
		{ { 0.3559f }, { 0.3559f, 1 }, { 0.1f, 0.4f, 0.8f },
			{ 0.1f, 0.4f, 0.8f, 1 } },
		{ { 0.67795f }, { 0.3559f, 0.5f }, { 0.55f, 0.7f, 0.9f },
			{ 0.1f, 0.4f, 0.8f, 0.5f } },
	};

	(void)state;
	for (size_t from = 1; from <= 4; from++)
		for (size_t to = 1; to <= 4; to++)
			check(in[from - 1], from, to, want[from - 1][to - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_is_as_defined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
