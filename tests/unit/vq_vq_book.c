/*
 * The public library without a model: nearest codes of any table, and how
 * codes are used.
 */
#include <math.h>

#include "kernel/nearest.h"
#include "vq_help.h"

/* The square of it: exact of whole numbers. */
static float
apart(const float *x, const float *y, size_t d)
{
	float sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += (x[i] - y[i]) * (x[i] - y[i]);
	return sum;
}

static void
the_nearest_code_is_that_of_the_definition(void **state)
{
	enum { N = 500, DIM = 7, CODES = 333 };
	struct rng r = help_rng(__func__);
	static float x[N * DIM], code[CODES * DIM], dist[N];
	static uint32_t index[N], want[N];
	struct vq_book *b = NULL, *none = NULL;

	(void)state;
	for (size_t i = 0; i < N * DIM; i++)
		x[i] = (float)rng_below(&r, 64);
	for (size_t i = 0; i < CODES * DIM; i++)
		code[i] = (float)rng_below(&r, 64);
	nearest_ref(x, N, code, CODES, DIM, want);
	refused(vq_book_open(NULL, 1, 1, &b), VQ_EINVAL, "NULL");
	refused(vq_book_open(code, 0, 1, &b), VQ_EINVAL, "0 x 1");
	refused(vq_book_open(code, CODES, 0, &b), VQ_EINVAL, "x 0");
	refused(vq_book_open(code, 2, SIZE_MAX / 4, &b), VQ_EINVAL, "array");
	assert_null(b);
	assert_int_equal(vq_book_open(code, CODES, DIM, &b), VQ_OK);
	for (size_t threads = 1; threads <= 3; threads++) {
		assert_int_equal(vq_book_threads(b, threads), VQ_OK);
		assert_int_equal(
			vq_book_nearest(b, x, N, DIM, index, dist), VQ_OK);
		/* Of codes as near another may be chosen: means are taken off
		 * first, and rounded. */
		for (size_t v = 0; v < N; v++) {
			assert_true(apart(x + v * DIM, code + index[v] * DIM,
					    DIM) == dist[v]);
			assert_true(apart(x + v * DIM, code + want[v] * DIM,
					    DIM) == dist[v]);
		}
	}
	assert_int_equal(vq_book_nearest(b, x, 1, DIM, index, NULL), VQ_OK);
	assert_int_equal(vq_book_nearest(b, NULL, 0, DIM, NULL, NULL), VQ_OK);
	refused(vq_book_nearest(NULL, x, 1, DIM, index, NULL), VQ_EINVAL, "N");
	refused(vq_book_nearest(b, x, 1, 8, index, NULL), VQ_ESHAPE, "of 8");
	refused(vq_book_nearest(b, x, 1, DIM, NULL, NULL), VQ_EINVAL, "NULL");
	x[DIM] = NAN;
	refused(vq_book_nearest(b, x, 2, DIM, index, NULL), VQ_EVALUE, "row 1");
	refused(vq_book_open(x, 2, DIM, &none), VQ_EVALUE, "row 1");
	assert_null(none);
	refused(vq_book_threads(NULL, 1), VQ_EINVAL, "NULL");
	vq_book_close(b);
	vq_book_close(NULL);
}

/* Squares that are no floats are refused, of all others there is a distance. */
static void
vectors_whose_squares_are_no_floats_are_refused(void **state)
{
	float code[8] = { 1e20f, 1, 2, 3, 4, 5, 6, 7 }, x[2] = { 6.2f, -1e20f };
	float longest[2] = { 0x1p62f, -0x1p62f }, dist[2];
	struct vq_book *b = NULL;
	uint32_t index[2];

	(void)state;
	refused(vq_book_open(code, 8, 1, &b), VQ_EVALUE, "row 0 is so long");
	assert_null(b);
	code[0] = 4e18f;
	assert_int_equal(vq_book_open(code, 8, 1, &b), VQ_OK);
	refused(vq_book_nearest(b, x, 2, 1, index, dist), VQ_EVALUE,
		"row 1 is so long");
	x[1] = 3e18f;
	assert_int_equal(vq_book_nearest(b, x, 2, 1, index, dist), VQ_OK);
	assert_true(index[0] == 6 && dist[0] == (6.2f - 6) * (6.2f - 6));
	assert_true(index[1] == 0);
	vq_book_close(b);
	assert_int_equal(vq_book_open(longest, 2, 1, &b), VQ_OK);
	assert_int_equal(
		vq_book_nearest(b, longest + 1, 1, 1, index, dist), VQ_OK);
	assert_true(index[0] == 1 && dist[0] == 0);
	vq_book_close(b);
	assert_int_equal(vq_book_open(longest, 1, 1, &b), VQ_OK);
	assert_int_equal(
		vq_book_nearest(b, longest + 1, 1, 1, index, dist), VQ_OK);
	assert_true(dist[0] == 0x1p126f);
	vq_book_close(b);
}

static void
use_is_counted(void **state)
{
	const size_t k[2] = { 4, 2 }, none[1] = { 0 };
	const uint32_t codes[8] = { 0, 1, 1, 1, 2, 0, 3, 0 };
	const uint32_t bad[4] = { 0, 0, 0, 2 };
	struct vq_use *u = NULL;
	struct vq_usage s;

	(void)state;
	refused(vq_use_open(NULL, 1, &u), VQ_EINVAL, "NULL");
	refused(vq_use_open(k, 0, &u), VQ_EINVAL, "0 columns");
	refused(vq_use_open(none, 1, &u), VQ_EINVAL, "0 codes");
	assert_int_equal(vq_use_open(k, 2, &u), VQ_OK);
	assert_int_equal(vq_use_get(u, 0, &s), VQ_OK);
	assert_true(s.tokens == 0 && s.dead == 4 && isnan(s.entropy_bits));
	assert_int_equal(vq_use_add(u, codes, 4), VQ_OK);
	refused(vq_use_add(u, bad, 2), VQ_ECODE, "token 1, column 1: code 2");
	assert_int_equal(vq_use_get(u, 0, &s), VQ_OK);
	assert_true(s.tokens == 4 && s.codes == 4 && s.used == 4);
	assert_true(s.entropy_bits == 2 && s.perplexity == 4);
	assert_int_equal(vq_use_get(u, VQ_ALL, &s), VQ_OK);
	assert_true(s.codes == 6 && s.used == 6 && s.utilization == 1);
	assert_true(s.entropy_bits == 3 && s.bits_per_token == 3);
	assert_int_equal(vq_use_add(u, NULL, 0), VQ_OK);
	refused(vq_use_add(u, NULL, 1), VQ_EINVAL, "NULL");
	refused(vq_use_add(NULL, codes, 1), VQ_EINVAL, "NULL");
	refused(vq_use_add(u, codes, SIZE_MAX), VQ_EINVAL, "array");
	refused(vq_use_get(u, 2, &s), VQ_EINVAL, "column 2");
	refused(vq_use_get(u, 0, NULL), VQ_EINVAL, "NULL");
	vq_use_close(u);
	vq_use_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_code_is_that_of_the_definition),
		cmocka_unit_test(
			vectors_whose_squares_are_no_floats_are_refused),
		cmocka_unit_test(use_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
