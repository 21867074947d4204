/* Patches: edges repeat, and scatter undoes gather for what exists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/patch.h"
#include "util/mem.h"

static size_t
low(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Against the definition, for every number of every patch. */
static void
check(size_t rows, size_t w, size_t c, size_t p)
{
	size_t n = (w + p - 1) / p;
	float *band = mem_floats(rows * w * c),
	      *back = mem_zfloats(rows * w * c);
	float *x = mem_floats(n * p * p * c);

	for (size_t i = 0; i < rows * w * c; i++)
		band[i] = (float)(i + 1);
	patch_gather(band, rows, w, c, p, x);
	for (size_t i = 0; i < n * p * p * c; i++) {
		size_t ch = i % c, col = i / c % p, row = i / c / p % p;
		size_t token = i / c / p / p;
		size_t from_row = low(row, rows - 1);
		size_t from_col = low(token * p + col, w - 1);

		assert_true(x[i] == band[(from_row * w + from_col) * c + ch]);
	}
	patch_scatter(x, rows, w, c, p, back);
	assert_memory_equal(band, back, rows * w * c * sizeof *band);
	free(band);
	free(back);
	free(x);
}

static void
gather_is_as_defined_and_scatter_undoes_it(void **state)
{
	(void)state;
	for (size_t p = 1; p <= 8; p += p == 1 ? 2 : 5)
		for (size_t rows = 1; rows <= p; rows++)
			for (size_t w = 1; w <= 3 * p; w++)
				for (size_t c = 1; c <= 4; c++)
					check(rows, w, c, p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gather_is_as_defined_and_scatter_undoes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
