/* Rows and targets of every sort, as experts learn from them. */
#include "model_moe_items.h"

static const struct moe_rows_opts plain = { .target = "y" };

/* The rows of one file, which can be read. */
static struct moe_rows
rows_of(const struct moe_items_item *i, size_t n)
{
	struct moe_rows r = { 0 };
	struct err e;

	assert_int_equal(
		moe_rows_read(&r, moe_items_file("rows", i, n), &plain, &e), 0);
	return r;
}

static void
classes_may_be_whole_numbers_of_any_width(void **state)
{
	static const double x[] = { 1, 2, 3, 4.5, 5, -6 }, y[] = { 2, 0, 100 };

	(void)state;
	for (enum dtype t = DT_I64; t < DT_COUNT; t++)
		for (size_t rank = 1; rank <= 2; rank++) {
			struct moe_items_item i = { "a", DT_F32, t, 2, { 3, 2 },
				rank, { 3, 1 }, x, y };
			struct moe_rows r = rows_of(&i, 1);

			assert_int_equal(r.n, 3);
			assert_int_equal(r.is.columns, 2);
			assert_int_equal(r.is.target, MOE_SHAPE_CLASS);
			assert_int_equal(r.classes, 101);
			assert_false(r.is.tokens);
			assert_null(r.real);
			for (size_t v = 0; v < 3; v++)
				assert_int_equal(r.class[v], (int)y[v]);
			for (size_t v = 0; v < 6; v++)
				near((double)r.x[v], x[v], 0);
			assert_int_equal(moe_rows_bytes(&r), 3 * 12);
			moe_rows_free(&r);
		}
}

static void
floats_are_real_targets(void **state)
{
	static const double x[] = { 1, 2, 3 }, y[] = { .5, -2, 4, 8, .25, 0 };

	(void)state;
	for (enum dtype t = DT_F64; t <= DT_BF16; t++)
		for (size_t o = 1; o <= 2; o++) {
			struct moe_items_item i = { "a", DT_F64, t, 1, { 3 }, o,
				{ 3, o }, x, y };
			struct moe_rows r = rows_of(&i, 1);

			assert_int_equal(r.is.columns, 1);
			assert_int_equal(r.is.outputs, o);
			assert_null(r.class);
			for (size_t v = 0; v < 3 * o; v++)
				near((double)r.real[v], y[v], 0);
			moe_rows_free(&r);
		}
}

static void
whole_numbers_are_tokens(void **state)
{
	static const double x[] = { 7, 0, 255, 3, 9, 2 };

	(void)state;
	for (enum dtype t = DT_I64; t < DT_COUNT; t++) {
		struct moe_items_item i = { "a", t, 0, 2, { 3, 2 }, 0, { 0 }, x,
			NULL };
		struct moe_rows r;

		if (t == DT_I8)
			continue; /* 255 is -1 there */
		r = rows_of(&i, 1);
		assert_true(r.is.tokens);
		assert_int_equal(r.is.target, MOE_SHAPE_BARE);
		assert_int_equal(r.vocab, 256);
		assert_int_equal(r.n, 3);
		for (size_t v = 0; v < 6; v++)
			assert_int_equal(r.token[v], (int)x[v]);
		moe_rows_free(&r);
	}
}

/* [h, w, d] with a target a line of the grid, or one a place. */
static void
more_axes_are_rows(void **state)
{
	double x[2 * 3 * 4], each[6] = { 5, 4, 3, 2, 1, 0 }, line[2] = { 8, 9 };
	struct moe_items_item i = { "a", DT_F32, DT_U8, 3, { 2, 3, 4 }, 1,
		{ 2 }, x, line };
	struct moe_rows r;

	(void)state;
	for (size_t v = 0; v < 24; v++)
		x[v] = (double)v;
	r = rows_of(&i, 1);
	assert_int_equal(r.n, 6);
	assert_int_equal(r.is.columns, 4);
	for (size_t v = 0; v < 6; v++)
		assert_int_equal(r.class[v], v < 3 ? 8 : 9);
	near((double)r.x[23], 23, 0);
	moe_rows_free(&r);
	i.yrank = 2;
	i.ys[1] = 3;
	i.y = each;
	r = rows_of(&i, 1);
	for (size_t v = 0; v < 6; v++)
		assert_int_equal(r.class[v], 5 - v);
	moe_rows_free(&r);
	i.yt = DT_F32; /* three floats a line: of each of its places one */
	r = rows_of(&i, 1);
	assert_int_equal(r.is.outputs, 1);
	near((double)r.real[4], 1, 0);
	moe_rows_free(&r);
}

static void
a_bad_item_is_counted_and_the_others_stay(void **state)
{
	static const double x[] = { 1, 2, 3, 4, 5, 6, 7, 8 },
			    y[] = { 1, 0, 2, 3 }, minus[] = { 0, -1, 0, 0 },
			    high[] = { 0, 65536, 0, 0 },
			    token[] = { 0, 16777216 };
	struct moe_items_item good = { "good", DT_F32, DT_I32, 2, { 4, 2 }, 1,
		{ 4 }, x, y };
	struct moe_items_item bad[] = {
		{ "negative", DT_F32, DT_I32, 2, { 4, 2 }, 1, { 4 }, x, minus },
		{ "large", DT_F32, DT_I32, 2, { 4, 2 }, 1, { 4 }, x, high },
		{ "two", DT_F32, DT_I32, 2, { 2, 2 }, 2, { 2, 2 }, x, y },
		{ "wide", DT_U32, DT_U8, 1, { 2 }, 0, { 0 }, token, NULL },
	};

	(void)state;
	for (size_t b = 0; b < 4; b++)
		for (size_t first = 0; first < 2; first++) {
			struct moe_items_item i[3] = { good, good, good };
			struct moe_rows r;

			if (b == 3 && !first)
				continue; /* it is unlike the ones before */
			i[first ? 0 : 1] = bad[b];
			r = rows_of(i, 3);
			assert_int_equal(r.errors, 1);
			assert_int_equal(r.items, 2);
			assert_int_equal(r.n, 8);
			assert_int_equal(r.item[1].first, 4);
			assert_int_equal(r.classes, 4);
			near((double)r.x[8 + 7], 8, 0);
			assert_int_equal(r.class[4 + 3], 3);
			moe_rows_free(&r);
		}
}

/* A target with another first axis goes with no rows: the record says so. */
static void
a_target_of_other_length_is_refused(void **state)
{
	static const char json[] =
		"{\"x\":{\"dtype\":\"F32\",\"shape\":[2,2],"
		"\"data_offsets\":[0,16]},\"y\":{\"dtype\":\"U8\","
		"\"shape\":[3],\"data_offsets\":[16,19]}}";
	unsigned char bytes[8 + sizeof(json) - 1 + 19] = { sizeof(json) - 1 };
	struct output *o = items_open("other");
	struct moe_rows r = { 0 };
	struct err e;

	(void)state;
	memcpy(bytes + 8, json, sizeof(json) - 1);
	assert_int_equal(output_write(o, bytes, sizeof(bytes), &e), 0);
	items_close(o);
	assert_int_equal(moe_rows_read(&r, items_path("other"), &plain, &e), 0);
	assert_int_equal(r.errors, 1);
	assert_int_equal(r.n, 0);
	moe_rows_free(&r);
}

static void
unlike_items_are_an_error_that_names_both(void **state)
{
	static const double x[] = { 1, 2, 3, 4, 5, 6 }, y[] = { 1, 0, 1 };
	struct moe_items_item a = { "first", DT_F32, DT_U8, 2, { 3, 2 }, 1,
		{ 3 }, x, y };
	struct moe_items_item b[] = {
		{ "second", DT_F32, DT_U8, 2, { 2, 3 }, 1, { 2 }, x, y },
		{ "second", DT_U8, DT_U8, 2, { 3, 2 }, 1, { 3 }, x, y },
		{ "second", DT_F32, DT_U8, 2, { 3, 2 }, 0, { 0 }, x, NULL },
		{ "second", DT_F32, DT_F32, 2, { 3, 2 }, 1, { 3 }, x, y },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct moe_items_item two[] = { a, b[i] };
		struct moe_rows r = { 0 };
		struct err e;

		assert_int_equal(
			moe_rows_read(
				&r, moe_items_file("rows", two, 2), &plain, &e),
			-1);
		assert_non_null(strstr(e.msg, "first"));
		assert_non_null(strstr(e.msg, "second"));
		moe_rows_free(&r);
	}
}

static void
rows_with_nan_are_refused_or_left_out(void **state)
{
	static const double x[] = { 1, 2, NAN, 4, 5, 6, 7, INFINITY, 9, 10 },
			    y[] = { 1, 2, NAN, 4, 5 };
	struct moe_items_item i = { "a", DT_F32, DT_F64, 2, { 5, 2 }, 1, { 5 },
		x, y };
	struct moe_rows_opts drop = { .target = "y", .drop_nan = true };
	struct moe_rows r = rows_of(&i, 1);
	struct err e;

	(void)state;
	assert_int_equal(r.errors, 1);
	assert_int_equal(r.n, 0);
	moe_rows_free(&r);
	assert_int_equal(moe_rows_read(&r, items_path("rows"), &drop, &e), 0);
	assert_int_equal(r.n, 2); /* rows 0 and 4 */
	assert_int_equal(r.item[0].count, 2);
	near((double)r.x[3], 10, 0);
	near((double)r.real[1], 5, 0);
	moe_rows_free(&r);
}

static void
more_than_memory_should_hold_is_an_error(void **state)
{
	static const double x[64] = { 0 };
	struct moe_items_item i = { "a", DT_F32, DT_U8, 2, { 8, 8 }, 1, { 8 },
		x, x };
	struct moe_rows_opts few = { .target = "y", .most_bytes = 8 * 36 };
	struct moe_rows r = { 0 };
	const char *path;
	struct err e;

	(void)state;
	path = moe_items_file("rows", &i, 1);
	assert_int_equal(moe_rows_read(&r, path, &few, &e), 0);
	assert_int_equal(moe_rows_read(&r, path, &few, &e), -1);
	assert_non_null(strstr(e.msg, "memory"));
	moe_rows_free(&r);
	few.most_bytes--;
	assert_int_equal(moe_rows_read(&r, path, &few, &e), -1);
	moe_rows_free(&r);
}

static void
text_is_bytes(void **state)
{
	enum { N = 200000 };
	struct moe_rows_opts text = { .text = true };
	struct output *o = items_open("text");
	unsigned char *bytes = mem_alloc(N, 1);
	struct moe_rows r = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < N; i++)
		bytes[i] = (unsigned char)(i * i % 251);
	assert_int_equal(output_write(o, bytes, N, &e), 0);
	items_close(o);
	for (int turn = 0; turn < 2; turn++)
		assert_int_equal(
			moe_rows_read(&r, items_path("text"), &text, &e), 0);
	assert_int_equal(r.n, 2 * N);
	assert_int_equal(r.items, 2);
	assert_int_equal(r.is.columns, 1);
	for (size_t i = 0; i < 2 * N; i++)
		assert_int_equal(r.token[i], bytes[i % N]);
	moe_rows_free(&r);
	/* An empty file, and none. */
	items_close(items_open("nothing"));
	assert_int_equal(
		moe_rows_read(&r, items_path("nothing"), &text, &e), 0);
	assert_int_equal(
		moe_rows_read(&r, items_path("missing"), &text, &e), 0);
	assert_int_equal(r.errors, 2);
	assert_int_equal(r.n, 0);
	moe_rows_free(&r);
	free(bytes);
}

/* A part holds at most 16 MiB. */
static void
an_item_of_several_parts_is_one(void **state)
{
	enum { N = 5000000 };
	double *x = mem_alloc(N, sizeof(*x)), *y = mem_alloc(N, sizeof(*y));
	struct moe_items_item i = { "a", DT_F32, DT_U16, 1, { N }, 1, { N }, x,
		y };
	struct moe_rows r;

	(void)state;
	for (size_t v = 0; v < N; v++) {
		x[v] = (double)(v % 1000003);
		y[v] = (double)(v % 10007);
	}
	r = rows_of(&i, 1);
	assert_int_equal(r.n, N);
	assert_int_equal(r.items, 1);
	for (size_t v = 0; v < N; v++)
		if (r.class[v] != v % 10007 ||
			!(r.x[v] == (float)(v % 1000003)))
			fail_msg("row %zu", v);
	moe_rows_free(&r);
	/* One that fails in any of its parts goes as a whole. */
	for (size_t bad = 5; bad < N; bad += N - 10) {
		struct moe_items_item some[] = { i, i, i };

		x[bad] = NAN;
		some[0].xs[0] = some[0].ys[0] = 5;
		some[2] = some[0];
		r = rows_of(some, 3);
		assert_int_equal(r.errors, 1);
		assert_int_equal(r.items, 2);
		assert_int_equal(r.n, 10);
		assert_int_equal(r.item[1].first, 5);
		moe_rows_free(&r);
		x[bad] = 0;
	}
	free(x);
	free(y);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_may_be_whole_numbers_of_any_width),
		cmocka_unit_test(floats_are_real_targets),
		cmocka_unit_test(whole_numbers_are_tokens),
		cmocka_unit_test(more_axes_are_rows),
		cmocka_unit_test(a_bad_item_is_counted_and_the_others_stay),
		cmocka_unit_test(a_target_of_other_length_is_refused),
		cmocka_unit_test(unlike_items_are_an_error_that_names_both),
		cmocka_unit_test(rows_with_nan_are_refused_or_left_out),
		cmocka_unit_test(more_than_memory_should_hold_is_an_error),
		cmocka_unit_test(text_is_bytes),
		cmocka_unit_test(an_item_of_several_parts_is_one),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
