/*
 * Sources: PNG, sounds and tensors give the same items; parts, folds,
 * companions, NaN and damage are seen as they should be.
 */
#include <fcntl.h>
#include <math.h>

#include "media/audio.h"
#include "media/png.h"
#include "model/source.h"
#include "model_help.h"
#include "tensor/le.h"
#include "tensor/writer.h"

static char path[] = "/tmp/vq-test-source-XXXXXX";

static struct output *
create(void)
{
	struct err e;
	struct output *o =
		output_open(path, (struct output_opts){ .force = true }, &e);

	assert_non_null(o);
	return o;
}

static void
commit(struct output *o)
{
	struct err e;

	assert_int_equal(output_commit(o, &e), 0);
}

static struct source *
open_source(struct source_opts o)
{
	struct err e;
	struct input *in = input_open(path, &e);
	struct source *s;

	assert_non_null(in);
	s = source_open(in, o, &e);
	if (!s)
		print_error("%s\n", e.msg);
	assert_non_null(s);
	return s;
}

/* One item with these columns, in pieces of the writer's own. */
static void
put(struct output *o, const char *item, const struct column *col, size_t cols,
	const void *const *data, size_t rows)
{
	struct meta m = { 0 };
	struct writer *w;
	struct err e;

	meta_set(&m, "item", item);
	meta_setf(&m, "rows", "%zu", rows);
	w = writer_begin(o, FORMAT_RECORD, &m, col, cols, rows, &e);
	assert_non_null(w);
	if (rows)
		assert_int_equal(writer_rows(w, data, rows, &e), 0);
	assert_int_equal(writer_end(w, &e), 0);
	meta_free(&m);
}

/* All rows of the item in random pieces. */
static float *
read_all(struct source *s, size_t cols, size_t *rows, struct rng *r)
{
	float *x = NULL;
	struct err e;
	ptrdiff_t got;

	*rows = 0;
	do {
		size_t n = 1 + rng_below(r, 50);

		x = mem_grow(x, (*rows + n) * cols, sizeof(*x));
		got = source_read(s, x + *rows * cols, n, &e);
		if (got < 0)
			print_error("%s\n", e.msg);
		assert_true(got >= 0);
		*rows += (size_t)got;
		if ((size_t)got < n)
			break;
	} while (got > 0);
	return x;
}

static float *
only_item(struct source_opts o, struct item_info *i, struct rng *r)
{
	struct source *s = open_source(o);
	struct err e;
	size_t rows;
	float *x;

	assert_int_equal(source_next(s, i, &e), 1);
	assert_null(i->fault);
	x = read_all(s, i->cols, &rows, r);
	if (i->rows != SOURCE_UNKNOWN)
		assert_int_equal(rows, i->rows);
	i->rows = rows;
	i->item = NULL;
	assert_int_equal(source_next(s, &(struct item_info){ 0 }, &e), 0);
	source_close(s);
	return x;
}

static void
a_png_and_its_tensor_are_the_same(void **state)
{
	struct rng r = help_rng("a_png_and_its_tensor_are_the_same");

	(void)state;
	for (size_t c = 1; c <= 4; c++)
		for (size_t to = 0; to <= 4; to++) {
			enum { W = 37, H = 53 };
			unsigned char bytes[W * H * 4];
			float values[W * H * 4], *a, *b;
			const void *data = bytes;
			struct image_info info = { W, H, c, 8 };
			struct column col = { "image", DT_U8, 3, { 0, W, c } };
			struct source_opts opts = { .channels = to };
			struct item_info x, y;
			struct output *o = create();
			struct png_out *p;
			struct err e;

			for (size_t i = 0; i < W * H * c; i++) {
				bytes[i] = (unsigned char)rng_below(&r, 256);
				values[i] = (float)bytes[i] / 255;
			}
			p = png_out_open(o, info, &e);
			assert_int_equal(png_out_rows(p, values, H, &e), 0);
			assert_int_equal(png_out_close(p, &e), 0);
			commit(o);
			a = only_item(opts, &x, &r);
			o = create();
			put(o, "t", &col, 1, &data, H);
			commit(o);
			b = only_item(opts, &y, &r);
			assert_int_equal(x.kind, ITEM_IMAGE);
			assert_int_equal(y.kind, ITEM_IMAGE);
			assert_int_equal(x.cols, W * (to ? to : c));
			assert_int_equal(y.cols, x.cols);
			assert_int_equal(x.rows, H);
			assert_int_equal(y.height, H);
			assert_int_equal(x.channels, c);
			assert_memory_equal(a, b, H * x.cols * sizeof(*a));
			free(a);
			free(b);
		}
}

static void
a_sound_and_its_tensor_are_the_same(void **state)
{
	struct rng r = help_rng("a_sound_and_its_tensor_are_the_same");
	enum { T = 9001, C = 2 };
	unsigned char *bytes = mem_alloc(T * C, 2);
	float *values = mem_floats(T * C);

	(void)state;
	for (size_t i = 0; i < T * C; i++) {
		int v = (int)rng_below(&r, 65536) - 32768;

		le_put16(bytes + 2 * i, (uint16_t)v);
		values[i] = (float)v / 32768;
	}
	for (size_t rate = 0; rate <= 12000; rate += 4000) {
		const void *data = bytes;
		struct audio_info info = { T, C, 8000, 16 };
		struct column col = { "audio", DT_I16, 2, { 0, C } };
		struct source_opts opts = { .sample_rate = rate };
		struct item_info x, y;
		struct output *o = create();
		struct audio_out *w;
		float *a, *b;
		struct err e;

		w = audio_out_open(o, AUDIO_WAV, info, &e);
		assert_int_equal(audio_out_write(w, values, T, &e), 0);
		assert_int_equal(audio_out_close(w, &e), 0);
		commit(o);
		a = only_item(opts, &x, &r);
		assert_int_equal(x.kind, ITEM_AUDIO);
		assert_int_equal(x.frames, T);
		o = create();
		put(o, "t", &col, 1, &data, T);
		commit(o);
		b = only_item(opts, &y, &r);
		assert_int_equal(x.cols, C);
		assert_int_equal(y.frames, T);
		/* The tensor does not say its rate: taken as the right one. */
		if (rate == 0 || rate == 8000) {
			assert_int_equal(x.rows, y.rows);
			assert_memory_equal(a, b, x.rows * C * sizeof(*a));
		} else {
			assert_int_equal(
				x.rows, ((size_t)T * rate + 7999) / 8000);
		}
		free(a);
		free(b);
	}
	free(bytes);
	free(values);
}

static void
rows_fold_and_companions_follow(void **state)
{
	struct rng r = help_rng("rows_fold_and_companions_follow");
	enum { N = 300, F = 3, D = 4 };
	float *x = mem_floats(N * F * D);
	uint32_t y[N];
	const void *data[2] = { x, y };
	struct column col[2] = { { "x", DT_F32, 3, { 0, F, D } },
		{ "y", DT_U32, 1, { 0 } } };
	const struct column *side;
	struct item_info info;
	struct output *o = create();
	struct source *s;
	struct err e;
	size_t at = 0;
	ptrdiff_t got;

	(void)state;
	for (size_t i = 0; i < N * F * D; i++)
		x[i] = (float)i;
	for (uint32_t i = 0; i < N; i++)
		y[i] = 1000 + i;
	put(o, "t", col, 2, data, N);
	commit(o);
	s = open_source((struct source_opts){ 0 });
	assert_int_equal(source_next(s, &info, &e), 1);
	assert_int_equal(info.rows, N * F);
	assert_int_equal(info.cols, D);
	assert_int_equal(source_companions(s, &side), 1);
	assert_string_equal(side[0].name, "y");
	do {
		float out[20 * D];
		size_t n = 1 + rng_below(&r, 20);

		got = source_read(s, out, n, &e);
		assert_true(got >= 0);
		for (size_t i = 0; i < (size_t)got; i++, at++) {
			const unsigned char *v = source_companion(s, 0);

			assert_memory_equal(
				out + i * D, x + at * D, D * sizeof(*x));
			assert_int_equal(le_get32(v + 4 * i), 1000 + at / F);
		}
	} while (got > 0);
	assert_int_equal(at, N * F);
	source_close(s);
	free(x);
}

static void
nan_is_named_or_dropped(void **state)
{
	struct rng r = help_rng("nan_is_named_or_dropped");
	enum { N = 2000, D = 2 };
	float *x = mem_floats(N * D), *out = mem_floats(N * D);
	uint32_t *y = mem_alloc(N, sizeof(*y));
	const void *data[2] = { x, y };
	struct column col[2] = { { "x", DT_F32, 2, { 0, D } },
		{ "y", DT_U32, 1, { 0 } } };
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
	struct column col = { "x", DT_F32, 2, { 0, D } };
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
	faulty("codes", &(struct column){ "codes", DT_U8, 2, { 0, 4 } }, 3);
	faulty("rank 4", &(struct column){ "image", DT_F32, 4, { 0, 2, 3, 1 } },
		1);
	faulty("5 channels",
		&(struct column){ "image", DT_F32, 3, { 0, 2, 5 } }, 1);
	faulty("I64", &(struct column){ "image", DT_I64, 3, { 0, 2, 3 } }, 1);
	faulty("0 rows", &(struct column){ "image", DT_F32, 3, { 0, 2, 3 } },
		0);
	faulty("U8", &(struct column){ "audio", DT_U8, 2, { 0, 2 } }, 2);
}

static void
a_failed_item_is_incomplete(void **state)
{
	enum { N = 1200000, D = 4 };
	float *x = mem_zfloats((size_t)N * D);
	const void *data = x;
	struct column col = { "x", DT_F32, 2, { 0, D } };
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

static void
empty_input_is_an_error(void **state)
{
	struct source_opts raw = { .stream.raw = { DT_F32, 4 } };
	struct err e;
	int fd = open(path, O_WRONLY | O_TRUNC);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (int i = 0; i < 2; i++) {
		struct input *in = input_open(path, &e);

		assert_non_null(in);
		assert_null(source_open(
			in, i ? raw : (struct source_opts){ 0 }, &e));
		assert_non_null(strstr(e.msg, "empty"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_png_and_its_tensor_are_the_same),
		cmocka_unit_test(a_sound_and_its_tensor_are_the_same),
		cmocka_unit_test(rows_fold_and_companions_follow),
		cmocka_unit_test(nan_is_named_or_dropped),
		cmocka_unit_test(large_items_come_in_parts_and_may_be_skipped),
		cmocka_unit_test(what_is_no_item_has_a_fault),
		cmocka_unit_test(a_failed_item_is_incomplete),
		cmocka_unit_test(empty_input_is_an_error),
	};
	int status, fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return status;
}
