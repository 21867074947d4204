/*
 * Sources: PNG, sounds and tensors give the same items; folds and companions
 * are seen as they should be.
 */
#include <fcntl.h>

#include "media/audio.h"
#include "media/png.h"
#include "model_files.h"
#include "tensor/le.h"

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
			struct column col = { "image", DT_U8, 3, { 0, W, c },
				true };
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
		struct column col = { "audio", DT_I16, 2, { 0, C }, true };
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
	struct column col[2] = { { "x", DT_F32, 3, { 0, F, D }, true },
		{ "y", DT_U32, 1, { 0 }, true } };
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
