/* What an atlas shows of a codebook, and where. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "media/png.h"
#include "report/atlas_draw.h"
#include "util/mem.h"

enum { P = 2, K = 6, DIM = P * P };

/* Gray patches of 2 x 2: code c of stage s is (c + 1) / 10 everywhere, plus a
 * little at its corner; mean 0.1, scale 0.5. */
static void
make_model(struct model *m, size_t stages)
{
	float code[K * DIM];

	*m = (struct model){
		.transform = { .kind = ITEM_IMAGE, .patch = P, .channels = 1 }
	};
	transform_init(&m->transform);
	for (size_t i = 0; i < DIM; i++)
		m->transform.mu[i] = 0.1f;
	m->transform.scale = 0.5f;
	net_init(&m->net, NET_NONE, DIM, DIM, NULL, NULL);
	quantizer_init(&m->quantizer, stages, 1, DIM);
	for (size_t s = 0; s < stages; s++) {
		for (size_t i = 0; i < K * DIM; i++)
			code[i] = (float)(i / DIM + 1 + s) / 10 +
				(i % DIM == 0 ? 0.01f : 0);
		quantizer_set(&m->quantizer, s, code, K);
	}
}

static void
free_model(struct model *m)
{
	quantizer_free(&m->quantizer);
	net_free(&m->net);
	transform_free(&m->transform);
}

static void
count(struct counts *c)
{
	const uint32_t codes[] = { 4, 2, 2, 4, 4, 0 };

	*c = (struct counts){ 0 };
	counts_add(c, codes, sizeof(codes) / sizeof(*codes), 1);
}

static void
orders(struct atlas_codes *a, const char *want)
{
	char got[K + 1] = "";
	struct err e;

	assert_int_equal(atlas_codes_decode(a, 3, &e), 0);
	for (size_t i = 0; i < a->n; i++)
		got[i] = (char)('0' + a->code[i]);
	assert_string_equal(got, want);
}

static void
codes_stand_by_use_or_number_or_likeness(void **state)
{
	struct model m;
	struct counts c;
	struct atlas_codes a;

	(void)state;
	make_model(&m, 1);
	count(&c);
	a = (struct atlas_codes){
		.model = &m, .k = K, .dim = DIM, .sort = ATLAS_USE, .counts = &c
	};
	atlas_codes_choose(&a, K);
	orders(&a, "420135");
	assert_int_equal(atlas_codes_count(&a, 0), 3);
	assert_int_equal(atlas_codes_count(&a, 5), 0);
	atlas_codes_free(&a);

	/* The most used of them, by number. */
	a = (struct atlas_codes){ .model = &m,
		.k = K,
		.dim = DIM,
		.sort = ATLAS_INDEX,
		.counts = &c };
	atlas_codes_choose(&a, 3);
	orders(&a, "024");
	atlas_codes_free(&a);

	/* All in one direction: from dark to light, or from light to dark. */
	a = (struct atlas_codes){
		.model = &m, .k = K, .dim = DIM, .sort = ATLAS_SIMILARITY
	};
	atlas_codes_choose(&a, K);
	assert_int_equal(atlas_codes_count(&a, 0), 0);
	{
		struct err e;
		int step;

		assert_int_equal(atlas_codes_decode(&a, 1, &e), 0);
		step = (int)a.code[1] - (int)a.code[0];
		assert_int_equal(abs(step), 1);
		for (size_t i = 1; i < K; i++)
			assert_int_equal(
				(int)a.code[i] - (int)a.code[i - 1], step);
	}
	atlas_codes_free(&a);
	counts_free(&c);
	free_model(&m);
}

static void
a_code_is_decoded_alone_upon_the_mean(void **state)
{
	struct model m;
	struct err e;

	(void)state;
	make_model(&m, 2);
	for (size_t s = 0; s < 2; s++) {
		struct atlas_codes a = { .model = &m,
			.column = s,
			.k = K,
			.dim = DIM,
			.sort = ATLAS_INDEX };

		atlas_codes_choose(&a, K);
		assert_int_equal(atlas_codes_decode(&a, 1, &e), 0);
		for (size_t i = 0; i < K; i++)
			for (size_t j = 0; j < DIM; j++) {
				float want = 0.1f +
					0.5f *
						((float)(i + 1 + s) / 10 +
							(j ? 0 : 0.01f));

				assert_true(
					fabsf(a.x[i * DIM + j] - want) < 1e-6f);
			}
		atlas_codes_free(&a);
	}
	free_model(&m);
}

static void
every_number_of_patches_has_room(void **state)
{
	const size_t sides[] = { 1, 2, 8, 16, 32, 64, 256, 1000, 1960 };

	(void)state;
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
		size_t most = atlas_draw_most(sides[i]);

		for (size_t n = 1; n <= most; n += n / 7 + 1) {
			struct atlas_draw d =
				atlas_draw_plan(n, sides[i], n % 2);

			assert_true(d.columns * d.rows >= n);
			assert_true(d.columns * (d.rows - 1) < n);
			assert_true(d.side >= sides[i] && d.pitch > d.side);
			assert_true(d.columns * d.pitch <= ATLAS_DRAW_SIDE);
			assert_true(d.rows * d.line <= ATLAS_DRAW_SIDE);
		}
	}
	assert_true(atlas_draw_most(8) >= 65536);
	assert_int_equal(atlas_draw_most(5000), 0);
}

/* The picture's pixels, [h, w, 3], to be freed. */
static float *
read_png(const char *bytes, size_t size, struct image_info *info)
{
	char path[] = "/tmp/vq-unit-XXXXXX";
	int fd = mkstemp(path);
	struct input *in;
	struct png_in *png;
	struct err e;
	float *x;

	assert_true(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
	in = input_open(path, &e);
	assert_non_null(in);
	png = png_in_open(in, &(struct limit){ 0 }, info, &e);
	assert_non_null(png);
	x = mem_floats(info->height * info->width * info->channels);
	assert_int_equal(png_in_rows(png, x, info->height, &e), 0);
	png_in_close(png);
	input_close(in);
	unlink(path);
	return x;
}

static void
patches_have_the_colours_of_their_codes(void **state)
{
	struct atlas_words words = { "title", "codes", NULL };
	struct atlas_draw d;
	struct image_info info;
	struct atlas_codes a;
	struct model m;
	struct canvas *c;
	struct err e;
	char *bytes;
	size_t size;
	float *x;

	(void)state;
	if (!canvas_available()) {
		print_message("built without cairo\n");
		skip();
	}
	make_model(&m, 1);
	a = (struct atlas_codes){
		.model = &m, .k = K, .dim = DIM, .sort = ATLAS_SIMILARITY
	};
	atlas_codes_choose(&a, K);
	d = atlas_draw_plan(K, P, false);
	assert_int_equal(atlas_codes_decode(&a, d.columns, &e), 0);
	c = atlas_draw(&a, &d, &words, &e);
	assert_non_null(c);
	assert_int_equal(canvas_close(c, &bytes, &size, &e), 0);
	x = read_png(bytes, size, &info);
	assert_int_equal(info.channels, 3);
	for (size_t i = 0; i < K; i++) {
		size_t col = 32 + i % d.columns * d.pitch + 3 * d.side / 4;
		size_t row = 168 + i / d.columns * d.line + 3 * d.side / 4;
		float got = x[(row * info.width + col) * 3];
		float want = 0.1f + 0.05f * (float)(a.code[i] + 1);

		assert_true(fabsf(got - want) < 0.01f);
	}
	free(x);
	free(bytes);
	atlas_codes_free(&a);
	free_model(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_stand_by_use_or_number_or_likeness),
		cmocka_unit_test(a_code_is_decoded_alone_upon_the_mean),
		cmocka_unit_test(every_number_of_patches_has_room),
		cmocka_unit_test(patches_have_the_colours_of_their_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
