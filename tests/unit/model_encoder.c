/*
 * Encoders: the tokens are those of the definition, and they depend neither
 * on how rows were pushed nor on the pool.
 */
#include <math.h>

#include "media/patch.h"
#include "model/encoder.h"
#include "model_help.h"

static float *
noise(struct rng *r, size_t n)
{
	float *x = mem_floats(n + 1);

	for (size_t i = 0; i < n; i++)
		x[i] = (float)rng_below(r, 256) / 255;
	return x;
}

/* All rows in random pieces (r NULL: at once). */
static struct rows
encode(const struct model *m, struct encoder_opts o, const float *x, size_t n,
	size_t cols, struct rng *r)
{
	struct encoder *enc = encoder_open(m, o);
	struct rows out = { 0 };
	struct err e;

	out.row_bytes = 4 * encoder_columns(enc) *
		encoder_begin(enc, cols, rows_take, &out);
	for (size_t i = 0, k; i < n; i += k) {
		k = r ? help_piece(r, n - i) : n - i;
		assert_int_equal(encoder_push(enc, x + i * cols, k, &e), 0);
	}
	assert_int_equal(encoder_end(enc, &e), 0);
	encoder_close(enc);
	return out;
}

static void
same(const struct rows *a, const struct rows *b)
{
	assert_int_equal(a->rows, b->rows);
	assert_int_equal(a->bytes, b->bytes);
	if (a->bytes)
		assert_memory_equal(a->p, b->p, a->bytes);
}

/* With 256 levels the code of a number is the number. */
static void
check_image(size_t h, size_t w, size_t c, size_t p, struct rng *r)
{
	struct model m;
	size_t cols = (w + p - 1) / p, rows = (h + p - 1) / p, dim = p * p * c;
	float *x = noise(r, h * w * c), *v = mem_floats(cols * dim);
	struct rows all, cut;

	help_model(&m,
		(struct transform){
			.kind = ITEM_IMAGE, .patch = p, .channels = c },
		256, 0, 1);
	all = encode(&m, (struct encoder_opts){ 0 }, x, h, w * c, NULL);
	cut = encode(&m, (struct encoder_opts){ 0 }, x, h, w * c, r);
	same(&all, &cut);
	assert_int_equal(all.rows, rows);
	for (size_t i = 0; i < rows; i++) {
		const uint32_t *code =
			(const uint32_t *)(const void *)all.p + i * cols * dim;
		size_t left = h - i * p < p ? h - i * p : p;

		patch_gather(x + i * p * w * c, left, w, c, p, v);
		for (size_t k = 0; k < cols * dim; k++)
			assert_int_equal(code[k], lrintf(v[k] * 255));
	}
	free(x);
	free(v);
	free(all.p);
	free(cut.p);
	model_free(&m);
}

static void
image_tokens_are_the_patches(void **state)
{
	struct rng r = help_rng("image_tokens_are_the_patches");

	(void)state;
	check_image(1, 1, 1, 8, &r);
	check_image(1, 1, 4, 3, &r);
	for (int i = 0; i < 12; i++)
		check_image(1 + rng_below(&r, 60), 1 + rng_below(&r, 90),
			1 + rng_below(&r, 4), 1 + rng_below(&r, 4), &r);
	check_image(700, 3, 1, 1, &r);  /* several batches of short rows */
	check_image(3, 9000, 1, 1, &r); /* rows longer than a batch */
}

static void
pools_and_cuts_do_not_matter(void **state)
{
	struct rng r = help_rng("pools_and_cuts_do_not_matter");
	struct transform kinds[] = {
		{ .kind = ITEM_IMAGE, .patch = 2, .channels = 3 },
		{ .kind = ITEM_AUDIO, .patch = 10, .sample_rate = 8000 },
		{ .kind = ITEM_ROWS, .dim = 5 },
	};
	size_t cols[] = { 3 * 333, 2, 5 }, n[] = { 101, 70001, 20003 };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (int latents = 0; latents < 2; latents++) {
			struct model m;
			struct frames f = { 0 };
			struct encoder_opts o = { .latents = latents };
			float *x = noise(&r, n[i] * cols[i]);
			struct rows one, many;

			help_model(&m, kinds[i], 16, -1, 1);
			if (kinds[i].kind == ITEM_AUDIO)
				frames_init(&f, kinds[i].patch);
			o.frames = &f;
			one = encode(&m, o, x, n[i], cols[i], NULL);
			o.pool = pool_open(3);
			many = encode(&m, o, x, n[i], cols[i], &r);
			pool_close(o.pool);
			same(&one, &many);
			assert_true(one.rows > 50);
			free(x);
			free(one.p);
			free(many.p);
			frames_free(&f);
			model_free(&m);
		}
}

static void
sound_gives_exactly_its_frames(void **state)
{
	struct rng r = help_rng("sound_gives_exactly_its_frames");

	(void)state;
	for (size_t t = 0; t < 40; t++) {
		struct model m;
		struct frames f;
		float *x = noise(&r, t * 3);
		struct rows out;

		help_model(&m,
			(struct transform){ .kind = ITEM_AUDIO,
				.patch = 6,
				.sample_rate = 100 },
			8, -1, 1);
		frames_init(&f, 6);
		out = encode(
			&m, (struct encoder_opts){ .frames = &f }, x, t, 3, &r);
		assert_int_equal(out.rows, (t + 5) / 6);
		free(x);
		free(out.p);
		frames_free(&f);
		model_free(&m);
	}
}

/* What a model's numbers make of row `at` is beyond floats: codes, codes by
 * their cost, and latents are refused, and the next item is none the worse. */
static void
check_beyond(struct encoder_opts o, struct transform t, size_t cols, size_t at)
{
	struct model m;
	struct encoder *enc;
	struct rows out = { 0 };
	size_t n = at + 300, row = at / (t.patch ? t.patch : 1);
	float *x = mem_zfloats(n * cols);
	char word[40];
	struct err e;

	help_model(&m, t, 4, -1, 1);
	for (size_t i = 0; i < m.transform.dim; i++)
		m.transform.mu[i] = -3e38f;
	m.transform.scale = 2;
	for (size_t i = at * cols; i < (at + 250) * cols; i++)
		x[i] = 3e38f;
	enc = encoder_open(&m, o);
	for (int again = 0; again < 2; again++) {
		out.row_bytes = 4 * encoder_columns(enc) *
			encoder_begin(enc, cols, rows_take, &out);
		assert_int_not_equal(encoder_push(enc, x, n, &e) == 0 &&
				encoder_end(enc, &e) == 0,
			1);
		snprintf(word, sizeof(word),
			"row %zu%s (counted from 0): ", row,
			t.patch ? " of tokens" : "");
		assert_memory_equal(e.msg, word, strlen(word));
		assert_non_null(strstr(e.msg, "beyond what a float holds"));
	}
	encoder_begin(enc, cols, rows_take, &out);
	out.bytes = out.rows = 0;
	assert_int_equal(encoder_push(enc, x, at, &e), 0);
	assert_int_equal(encoder_end(enc, &e), 0);
	assert_int_equal(out.rows, row);
	encoder_close(enc);
	free(out.p);
	free(x);
	model_free(&m);
}

static void
latents_beyond_floats_are_refused(void **state)
{
	struct encoder_opts o = { .pool = pool_open(3) };
	struct transform rows = { .kind = ITEM_ROWS, .dim = 5 };
	struct transform image = {
		.kind = ITEM_IMAGE, .patch = 2, .channels = 1
	};

	(void)state;
	for (int latents = 0; latents < 2; latents++) {
		o.latents = latents;
		check_beyond(o, rows, 5, 0);
		check_beyond(o, rows, 5, 30001);
		check_beyond(o, image, 66, 400);
	}
	pool_close(o.pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image_tokens_are_the_patches),
		cmocka_unit_test(pools_and_cuts_do_not_matter),
		cmocka_unit_test(sound_gives_exactly_its_frames),
		cmocka_unit_test(latents_beyond_floats_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
