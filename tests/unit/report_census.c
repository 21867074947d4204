/*
 * report_census.c - counting items of codes: k, refusals, totals.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/census.h"
#include "report/figures.h"
#include "util/mem.h"

/* An item of codes [rows, cols] as one part. */
static struct part
item(const char *name, const char *codes, enum dtype t, const void *data,
	size_t rows, size_t cols)
{
	size_t shape[2] = { rows, cols };
	struct part p = {
		.item = name, .first = true, .last = true, .rows = rows
	};

	p.main = record_add(&p.rec, "codes", t, 2, shape, NULL);
	memcpy(p.main->data, data, rows * cols * dtype_size(t));
	if (codes)
		meta_set(&p.rec.meta, "codes", codes);
	return p;
}

static struct census *
begin(size_t k, bool by_item)
{
	const struct census_opts o = { .codes = k, .by_item = by_item };
	struct err e;

	return census_open(&o, &e);
}

/* 0 and the item's object in *o, or -1 and the words in e. */
static int
count(struct census *c, struct part p, json_t **o, struct err *e)
{
	int status = census_part(c, &p, o, e);

	record_free(&p.rec);
	return status;
}

static json_t *
finish(struct census *c, size_t warnings)
{
	json_t *o = json_object(), *w = json_array();

	census_report(c, o, w);
	assert_int_equal(json_array_size(w), warnings);
	json_decref(w);
	census_close(c);
	return o;
}

static int64_t
integer(const json_t *o, const char *key)
{
	assert_true(json_is_integer(json_object_get(o, key)));
	return json_integer_value(json_object_get(o, key));
}

static const uint8_t eight[8] = { 0, 1, 2, 3, 0, 1, 2, 3 };

static void
figures_of_two_items(void **state)
{
	struct err e;
	struct census *c = begin(0, true);
	struct part p = item("a", "4", DT_U8, eight, 4, 2);
	json_t *o, *stage;

	(void)state;
	meta_set(&p.rec.meta, "height", "2");
	meta_set(&p.rec.meta, "width", "8");
	assert_int_equal(count(c, p, &o, &e), 0);
	assert_int_equal(integer(o, "tokens"), 4);
	assert_true(figures_get(o, "bits_per_pixel") == 1);
	json_decref(o);
	assert_int_equal(
		count(c, item("b", "4,4", DT_U8, eight + 2, 3, 2), &o, &e), 0);
	json_decref(o);
	o = finish(c, 1);
	assert_int_equal(integer(o, "tokens"), 7);
	assert_int_equal(integer(o, "codes"), 8);
	assert_int_equal(integer(o, "used"), 4);
	assert_int_equal(integer(o, "joint_used"), 2);
	assert_true(figures_get(o, "bits_per_token") == 4);
	assert_true(figures_get(o, "bits_per_pixel") == 1);
	assert_true(json_is_null(json_object_get(o, "bits_per_second")));
	stage = json_array_get(json_object_get(o, "stages"), 1);
	assert_int_equal(integer(stage, "stage"), 1);
	assert_true(fabs(figures_get(stage, "entropy_bits") -
			    (-3. / 7 * log2(3. / 7) - 4. / 7 * log2(4. / 7))) <
		1e-14);
	json_decref(o);
}

static void
a_code_outside_is_refused_by_row_and_column(void **state)
{
	static const int16_t wide[8] = { 0, 1, 2, 3, 0, 9, -1, 3 };
	struct err e;
	struct census *c = begin(0, false);
	json_t *o;

	(void)state;
	assert_int_equal(
		count(c, item("a", "9", DT_I16, wide, 3, 2), &o, &e), -1);
	assert_string_equal(
		e.msg, "row 2, column 1: code 9 is not below k = 9");
	assert_int_equal(
		count(c, item("a", "9", DT_I16, wide + 6, 1, 2), &o, &e), -1);
	assert_non_null(strstr(e.msg, "row 0, column 0: not a code"));
	assert_int_equal(
		count(c, item("a", "9", DT_I16, wide, 2, 2), &o, &e), 0);
	census_close(c);
}

/* One column of many codes goes another way, up to the same words. */
static void
a_code_outside_is_found_in_a_large_part(void **state)
{
	enum { N = 200000, BAD = 150000 };
	struct err e;
	struct census *c = begin(0, false);
	uint16_t *x = mem_zalloc(N, sizeof(*x));
	json_t *o;

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = (uint16_t)(i % 1000);
	assert_int_equal(
		count(c, item("a", "1000", DT_U16, x, N, 1), &o, &e), 0);
	x[BAD] = 1000;
	assert_int_equal(
		count(c, item("b", "1000", DT_U16, x, N, 1), &o, &e), -1);
	assert_string_equal(
		e.msg, "row 150000, column 0: code 1000 is not below k = 1000");
	free(x);
	o = finish(c, 0);
	/* Those before its chunk were counted. */
	assert_int_equal(integer(o, "tokens"), N + 131072);
	assert_int_equal(integer(o, "failed_tokens"), 131072);
	assert_int_equal(integer(o, "used"), 1000);
	json_decref(o);
}

static void
one_stray_number_takes_no_gigabytes(void **state)
{
	static const uint32_t huge[1] = { 4294967295 };
	struct err e;
	struct census *c = begin(0, false);
	json_t *o;

	(void)state;
	assert_int_equal(
		count(c, item("a", NULL, DT_U32, huge, 1, 1), &o, &e), -1);
	assert_non_null(strstr(e.msg, "16777216"));
	assert_int_equal(
		count(c, item("a", "99999999999", DT_U32, huge, 1, 1), &o, &e),
		-1);
	assert_int_equal(
		count(c, item("a", "8,x", DT_U32, huge, 1, 1), &o, &e), -1);
	assert_non_null(strstr(e.msg, "8,x"));
	census_close(c);
}

static void
large_codes_in_many_columns_take_no_gigabytes(void **state)
{
	uint32_t huge[64];
	struct err e;
	struct census *c = begin(0, true);
	json_t *o;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		huge[i] = 16777215;
	assert_int_equal(
		count(c, item("a", NULL, DT_U32, huge, 1, 64), &o, &e), -1);
	assert_string_equal(e.msg,
		"codes too large for 64 columns: they need more than 33554432 "
		"counters in all");
	census_close(c);
	/* Two columns are as many as there is room for. */
	c = begin(0, false);
	assert_int_equal(
		count(c, item("b", NULL, DT_U32, huge, 2, 2), &o, &e), 0);
	o = finish(c, 2);
	assert_int_equal(integer(o, "tokens"), 2);
	json_decref(o);
}

static void
one_warning_speaks_of_all_stages(void **state)
{
	struct err e;
	struct census *c = begin(0, false);
	json_t *o, *w = json_array();

	(void)state;
	assert_int_equal(
		count(c, item("a", NULL, DT_U8, eight, 1, 8), &o, &e), 0);
	o = json_object();
	census_report(c, o, w);
	assert_int_equal(json_array_size(w), 2);
	assert_non_null(strstr(json_string_value(json_array_get(w, 0)),
		"k of 8 stages is not known"));
	json_decref(o);
	json_decref(w);
	census_close(c);
}

static void
items_must_agree(void **state)
{
	struct err e;
	struct census *c = begin(0, false);
	json_t *o;

	(void)state;
	assert_int_equal(
		count(c, item("first", "4", DT_U8, eight, 4, 2), &o, &e), 0);
	assert_int_equal(
		count(c, item("b", "5", DT_U8, eight, 4, 2), &o, &e), -1);
	assert_non_null(strstr(e.msg, "first says 4"));
	assert_int_equal(
		count(c, item("c", "4", DT_U8, eight, 2, 4), &o, &e), -1);
	assert_non_null(strstr(e.msg, "first has 2"));
	assert_int_equal(
		count(c, item("d", "4,4,4", DT_U8, eight, 4, 2), &o, &e), -1);
	o = finish(c, 1);
	assert_int_equal(integer(o, "tokens"), 4);
	json_decref(o);
}

static void
option_k_settles_a_conflict(void **state)
{
	struct err e;
	struct census *c = begin(16, false);
	json_t *o;

	(void)state;
	assert_int_equal(
		count(c, item("a", "4", DT_U8, eight, 8, 1), &o, &e), 0);
	assert_int_equal(
		count(c, item("b", "5", DT_U8, eight, 8, 1), &o, &e), 0);
	o = finish(c, 1);
	assert_int_equal(integer(o, "codes"), 16);
	json_decref(o);
	/* ... but not where it is below what was counted. */
	c = begin(3, false);
	assert_int_equal(
		count(c, item("a", "4", DT_U8, eight, 8, 1), &o, &e), 0);
	assert_int_equal(
		count(c, item("b", "5", DT_U8, eight, 8, 1), &o, &e), -1);
	assert_non_null(strstr(e.msg, "code 3 was counted before"));
	census_close(c);
}

static void
unknown_k_is_guessed_with_a_warning(void **state)
{
	struct err e;
	struct census *c = begin(0, false);
	json_t *o;

	(void)state;
	assert_int_equal(
		count(c, item("a", NULL, DT_U8, eight, 8, 1), &o, &e), 0);
	o = finish(c, 2);
	assert_int_equal(integer(o, "codes"), 4);
	json_decref(o);
}

static void
nothing_counted_gives_nulls(void **state)
{
	struct err e;
	struct census *c = begin(0, false);
	json_t *o;

	(void)state;
	assert_int_equal(
		count(c, item("a", "4", DT_U8, eight, 0, 2), &o, &e), 0);
	o = finish(c, 0);
	assert_int_equal(integer(o, "tokens"), 0);
	assert_int_equal(integer(o, "dead"), 8);
	assert_true(json_is_null(json_object_get(o, "utilization")));
	assert_true(json_is_null(json_object_get(o, "perplexity")));
	json_decref(o);
}

static void
infinite_figures_are_null_and_flagged(void **state)
{
	json_t *o = json_object();

	(void)state;
	figures_real(o, "psnr_db", INFINITY);
	figures_real(o, "ssim", NAN);
	assert_true(json_is_null(json_object_get(o, "psnr_db")));
	assert_true(json_is_true(json_object_get(o, "psnr_db_infinite")));
	assert_true(json_is_null(json_object_get(o, "ssim")));
	assert_null(json_object_get(o, "ssim_infinite"));
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_two_items),
		cmocka_unit_test(a_code_outside_is_refused_by_row_and_column),
		cmocka_unit_test(a_code_outside_is_found_in_a_large_part),
		cmocka_unit_test(one_stray_number_takes_no_gigabytes),
		cmocka_unit_test(large_codes_in_many_columns_take_no_gigabytes),
		cmocka_unit_test(one_warning_speaks_of_all_stages),
		cmocka_unit_test(items_must_agree),
		cmocka_unit_test(option_k_settles_a_conflict),
		cmocka_unit_test(unknown_k_is_guessed_with_a_warning),
		cmocka_unit_test(nothing_counted_gives_nulls),
		cmocka_unit_test(infinite_figures_are_null_and_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
