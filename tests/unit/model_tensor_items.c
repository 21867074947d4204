/*
 * Items of tensor streams: parts, NaN, skipping, and damage.
 */
#include <math.h>

#include "model_files.h"
#include "tensor/le.h"

static void
nan_is_named_or_dropped(void **state)
{
	struct rng r = help_rng("nan_is_named_or_dropped");
	enum { N = 2000, D = 2 };
	float *x = mem_floats(N * D), *out = mem_floats(N * D);
	uint32_t *y = mem_alloc(N, sizeof(*y));
	const void *data[2] = { x, y };
	struct column col[2] = { { "x", DT_F32, 2, { 0, D }, true },
		{ "y", DT_U32, 1, { 0 }, true } };
	struct source_opts drop = { .drop_nan = true };
	const struct column *side;
	struct item_info info;
	struct output *o = create();
	struct source *s;
	struct err e;
	ptrdiff_t got;
	size_t good = 0;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		x[D * i] = (float)i;
		x[D * i + 1] = i % 7 == 3 ? NAN : i % 11 == 5 ? INFINITY : 1;
		y[i] = (uint32_t)i;
	}
	put(o, "t", col, 2, data, N);
	put(o, "next", col, 2, data, 3);
	commit(o);

	s = open_source((struct source_opts){ 0 });
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_int_equal(source_read(s, out, 100, &e), -1);
	assert_non_null(strstr(e.msg, "row 3 "));
	assert_non_null(strstr(e.msg, "column 1"));
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_string_equal(info.item, "next");
	assert_int_equal(source_read(s, out, 100, &e), 3);
	source_close(s);

	s = open_source(drop);
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_true(info.rows == SOURCE_UNKNOWN);
	assert_int_equal(source_companions(s, &side), 2);
	assert_string_equal(side[1].name, "kept");
	while ((got = source_read(s, out, 1 + rng_below(&r, 40), &e)) > 0)
		for (size_t i = 0; i < (size_t)got; i++, good++) {
			const unsigned char *a = source_companion(s, 0);
			const unsigned char *b = source_companion(s, 1);
			size_t row = (size_t)out[D * i];

			assert_true(isfinite(x[D * row + 1]));
			assert_int_equal(le_get32(a + 4 * i), row);
			assert_int_equal(le_get64(b + 8 * i), row);
		}
	assert_int_equal(got, 0);
	for (size_t i = 0; i < N; i++)
		good -= isfinite(x[D * i + 1]) != 0;
	assert_int_equal(good, 0);
	source_close(s);
	free(x);
	free(y);
	free(out);
}

static void
large_items_come_in_parts_and_may_be_skipped(void **state)
{
	struct rng r = help_rng("large_items_come_in_parts_and_may_be_skipped");
	enum { N = 1300000, D = 4 };
	float *x = mem_floats((size_t)N * D), *got;
	const void *data = x;
	struct column col = { "x", DT_F32, 2, { 0, D }, true };
	struct item_info info;
	struct output *o = create();
	struct source *s;
	struct err e;
	size_t rows;

	(void)state;
	for (size_t i = 0; i < (size_t)N * D; i++)
		x[i] = (float)(i % 65521);
	put(o, "a", &col, 1, &data, N);
	put(o, "b", &col, 1, &data, N);
	put(o, "none", &col, 1, &data, 0);
	commit(o);
	s = open_source((struct source_opts){ 0 });
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_int_equal(source_read(s, (float[4 * D]){ 0 }, 4, &e), 4);
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_string_equal(info.item, "b");
	assert_int_equal(info.rows, N);
	got = read_all(s, D, &rows, &r);
	assert_int_equal(rows, N);
	assert_memory_equal(got, x, (size_t)N * D * sizeof(*x));
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_int_equal(info.rows, 0);
	assert_int_equal(source_read(s, got, 4, &e), 0);
	assert_int_equal(source_next(s, &info, &e), 0);
	source_close(s);
	free(got);
	free(x);
}

/* What the first item's fault, or its first read, says. */
static void
faulty(const char *says, const struct column *col, size_t rows)
{
	unsigned char zero[4096] = { 0 };
	const void *data = zero;
	struct item_info info;
	struct output *o = create();
	struct source *s;
	struct err e;

	put(o, "t", col, 1, &data, rows);
	commit(o);
	s = open_source((struct source_opts){ 0 });
	if (source_next(s, &info, &e) != 1)
		fail_msg("%s: %s", says, e.msg);
	assert_non_null(info.fault);
	assert_string_equal(info.item, "t");
	assert_int_equal(source_read(s, (float *)(void *)zero, 1, &e), -1);
	assert_non_null(strstr(e.msg, says));
	assert_int_equal(source_next(s, &info, &e), 0);
	source_close(s);
}

static void
what_is_no_item_has_a_fault(void **state)
{
	(void)state;
	faulty("codes", &(struct column){ "codes", DT_U8, 2, { 0, 4 }, true },
		3);
	faulty("rank 4",
		&(struct column){ "image", DT_F32, 4, { 0, 2, 3, 1 }, true },
		1);
	faulty("5 channels",
		&(struct column){ "image", DT_F32, 3, { 0, 2, 5 }, true }, 1);
	faulty("I64", &(struct column){ "image", DT_I64, 3, { 0, 2, 3 }, true },
		1);
	faulty("0 rows",
		&(struct column){ "image", DT_F32, 3, { 0, 2, 3 }, true }, 0);
	faulty("U8", &(struct column){ "audio", DT_U8, 2, { 0, 2 }, true }, 2);
}

static void
a_failed_item_is_incomplete(void **state)
{
	enum { N = 1200000, D = 4 };
	float *x = mem_zfloats((size_t)N * D);
	const void *data = x;
	struct column col = { "x", DT_F32, 2, { 0, D }, true };
	struct meta m = { 0 };
	struct item_info info;
	struct output *o = create();
	struct writer *w;
	struct source *s;
	struct err e;
	ptrdiff_t got;

	(void)state;
	meta_set(&m, "item", "cut");
	w = writer_begin(
		o, FORMAT_RECORD, &m, &col, 1, WRITER_ROWS_UNKNOWN, &e);
	assert_int_equal(writer_rows(w, &data, N, &e), 0);
	assert_int_equal(writer_fail(w, &e), 0);
	put(o, "good", &col, 1, &data, 5);
	commit(o);
	meta_free(&m);
	s = open_source((struct source_opts){ 0 });
	assert_int_equal(source_next(s, &info, &e), 1);
	while ((got = source_read(s, x, 10000, &e)) > 0)
		;
	assert_int_equal(got, -1);
	assert_non_null(strstr(e.msg, "incomplete"));
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_string_equal(info.item, "good");
	source_close(s);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nan_is_named_or_dropped),
		cmocka_unit_test(large_items_come_in_parts_and_may_be_skipped),
		cmocka_unit_test(what_is_no_item_has_a_fault),
		cmocka_unit_test(a_failed_item_is_incomplete),
	};
	int status, fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return status;
}
