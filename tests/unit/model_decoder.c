/*
 * Decoders: codes come back as the samples they were made from, cropped and
 * converted to what the item was, for any cut and pool; bad codes are named.
 */
#include <math.h>

#include "media/convert.h"
#include "model/decoder.h"
#include "model/encoder.h"
#include "model_help.h"

static int
take_floats(void *arg, const float *rows, size_t n, struct err *e)
{
	return rows_take(arg, rows, n, e);
}

static int
decode(const struct model *m, struct decoder_opts o, struct decoder_item item,
	const struct rows *codes, size_t cols, struct rows *out, struct rng *r,
	struct err *e)
{
	struct decoder *dec = decoder_open(m, o);
	const uint32_t *code = (const uint32_t *)(const void *)codes->p;
	size_t ld = item.tokens * item.columns, k;
	int status;

	*out = (struct rows){ .row_bytes = cols * sizeof(float) };
	status = decoder_begin(dec, item, take_floats, out, e);
	for (size_t i = 0; i < codes->rows && status == 0; i += k) {
		k = r ? help_piece(r, codes->rows - i) : codes->rows - i;
		status = decoder_push(dec, code + i * ld, k, e);
	}
	if (status == 0)
		status = decoder_end(dec, e);
	decoder_close(dec);
	return status;
}

static struct rows
encode(const struct model *m, const struct frames *f, const float *x, size_t n,
	size_t cols)
{
	struct encoder_opts o = { .frames = f };
	struct encoder *enc = encoder_open(m, o);
	struct rows out = { 0 };
	struct err e;

	out.row_bytes = 4 * encoder_columns(enc) *
		encoder_begin(enc, cols, rows_take, &out);
	assert_int_equal(encoder_push(enc, x, n, &e), 0);
	assert_int_equal(encoder_end(enc, &e), 0);
	encoder_close(enc);
	return out;
}

static void
check_image(size_t h, size_t w, size_t c, size_t to, size_t p, struct rng *r)
{
	struct model m;
	struct decoder_item item = { .tokens = (w + p - 1) / p,
		.columns = p * p * c,
		.width = w,
		.height = h,
		.channels = to };
	float *x = mem_floats(h * w * c), *want = mem_floats(h * w * to);
	struct decoder_opts o = { .pool = pool_open(2) };
	struct rows codes, out;
	struct err e;

	for (size_t i = 0; i < h * w * c; i++)
		x[i] = (float)rng_below(r, 256) / 255;
	help_model(&m,
		(struct transform){
			.kind = ITEM_IMAGE, .patch = p, .channels = c },
		256, 0, 1);
	codes = encode(&m, NULL, x, h, w * c);
	assert_int_equal(decode(&m, o, item, &codes, w * to, &out, r, &e), 0);
	assert_int_equal(out.rows, h);
	convert_channels(x, c, want, to, h * w);
	for (size_t i = 0; i < h * w * to; i++)
		assert_true(
			fabsf(((float *)(void *)out.p)[i] - want[i]) < 1e-6f);
	pool_close(o.pool);
	free(x);
	free(want);
	free(codes.p);
	free(out.p);
	model_free(&m);
}

static void
images_come_back_exact(void **state)
{
	struct rng r = help_rng("images_come_back_exact");

	(void)state;
	check_image(1, 1, 1, 1, 8, &r);
	for (int i = 0; i < 20; i++)
		check_image(1 + rng_below(&r, 50), 1 + rng_below(&r, 70),
			1 + rng_below(&r, 4), 1 + rng_below(&r, 4),
			1 + rng_below(&r, 4), &r);
	check_image(1500, 2, 1, 3, 1, &r);
}

/* Error of what t samples at `rate` come back as, as an SNR in dB. */
static double
check_sound(size_t t, size_t rate, size_t model_rate, struct rng *r)
{
	enum { HOP = 16, C = 2 };
	struct model m;
	struct frames f;
	struct decoder_item item = {
		.tokens = C, .columns = HOP, .frames = t, .sample_rate = rate
	};
	float *x = mem_floats(t * C + 1);
	double error = 1e-12, power = 1e-12;
	struct rows codes, out;
	struct err e;

	/* Without resampling the codes are made from the samples themselves. */
	for (size_t i = 0; i < t * C; i++)
		x[i] = 0.5f * sinf((float)(i / C) * 0.05f * (float)(1 + i % C));
	help_model(&m,
		(struct transform){ .kind = ITEM_AUDIO,
			.patch = HOP,
			.sample_rate = model_rate },
		4001, -4, 4);
	frames_init(&f, HOP);
	codes = encode(&m, &f, x, t * model_rate / rate, C);
	assert_int_equal(decode(&m, (struct decoder_opts){ .frames = &f }, item,
				 &codes, C, &out, r, &e),
		0);
	assert_int_equal(out.rows, t);
	for (size_t i = 0; i < t * C; i++) {
		double d = (double)((float *)(void *)out.p)[i] - (double)x[i];

		error += d * d;
		power += (double)x[i] * (double)x[i];
	}
	free(x);
	free(codes.p);
	free(out.p);
	frames_free(&f);
	model_free(&m);
	return 10 * log10(power / error);
}

static void
sounds_come_back_whole(void **state)
{
	struct rng r = help_rng("sounds_come_back_whole");

	(void)state;
	for (size_t t = 0; t < 40; t++)
		check_sound(t, 8000, 8000, &r);
	assert_true(check_sound(50001, 8000, 8000, &r) > 45);
}

static void
another_rate_gives_exactly_the_frames(void **state)
{
	struct rng r = help_rng("another_rate_gives_exactly_the_frames");

	(void)state;
	/* The codes cover t * model_rate / rate frames, as asked for. */
	check_sound(9000, 9000, 3000, &r);
	check_sound(9000, 9000, 8000, &r);
}

static void
bad_codes_are_named(void **state)
{
	struct model m;
	uint32_t code[6] = { 0, 1, 2, 3, 0, 9 };
	struct rows codes = { (unsigned char *)code, sizeof(code), 3, 8 }, out;
	struct decoder_item item = { .tokens = 2,
		.columns = 1,
		.width = 2,
		.height = 3,
		.channels = 1 };
	struct err e;

	(void)state;
	help_model(&m,
		(struct transform){
			.kind = ITEM_IMAGE, .patch = 1, .channels = 1 },
		4, 0, 1);
	assert_int_equal(decode(&m, (struct decoder_opts){ 0 }, item, &codes, 2,
				 &out, NULL, &e),
		-1);
	free(out.p);
	assert_non_null(strstr(e.msg, "row 2, column 1"));
	assert_non_null(strstr(e.msg, "9"));
	code[5] = 3;
	item.height = 4;
	assert_int_equal(decode(&m, (struct decoder_opts){ 0 }, item, &codes, 2,
				 &out, NULL, &e),
		-1);
	free(out.p);
	item.height = 2;
	assert_int_equal(decode(&m, (struct decoder_opts){ 0 }, item, &codes, 2,
				 &out, NULL, &e),
		-1);
	free(out.p);
	model_free(&m);
}

/* Rows, pixels and sounds that a model's numbers take beyond floats. */
static void
samples_beyond_floats_are_refused(void **state)
{
	struct transform kinds[] = {
		{ .kind = ITEM_ROWS, .dim = 2 },
		{ .kind = ITEM_IMAGE, .patch = 2, .channels = 1 },
		{ .kind = ITEM_AUDIO, .patch = 10, .sample_rate = 8000 },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct frames f = { 0 };
		struct decoder_opts o = { .frames = &f };
		struct decoder_item item = { .tokens = 2,
			.columns = transform_dim(&kinds[i]),
			.width = 4,
			.height = 12,
			.channels = 1,
			.frames = 60,
			.sample_rate = 8000 };
		uint32_t codes[6 * 2 * 10] = { 0 };
		struct rows in = { .p = (unsigned char *)codes, .rows = 6 };
		struct rows out = { .row_bytes = 16 };
		struct model m;
		struct err e;

		if (kinds[i].kind == ITEM_ROWS)
			item.tokens = 1;
		if (kinds[i].kind == ITEM_AUDIO)
			frames_init(&f, kinds[i].patch);
		help_model(&m, kinds[i], 2, 0, 1e38f);
		m.transform.scale = 1e30f;
		codes[4 * item.tokens * item.columns] = 1;
		assert_int_equal(
			decode(&m, o, item, &in, 4, &out, NULL, &e), -1);
		assert_non_null(strstr(e.msg, "row 4"));
		assert_non_null(strstr(e.msg, "beyond what a float holds"));
		free(out.p);
		frames_free(&f);
		model_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_come_back_exact),
		cmocka_unit_test(sounds_come_back_whole),
		cmocka_unit_test(another_rate_gives_exactly_the_frames),
		cmocka_unit_test(bad_codes_are_named),
		cmocka_unit_test(samples_beyond_floats_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
