/*
 * report_compare.c - items of streams held against each other.
 */
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

#include "media/convert.h"
#include "report/compare.h"
#include "report/quality.h"
#include "util/output.h"
#include "util/rng.h"

/* One record in a file, opened as a signal. */
struct side {
	char path[32];
	struct input *in;
	struct stream *stream;
	struct part part;
	struct signal signal;
};

static void
side_open(struct side *s, const char *name, size_t rank, const size_t *shape,
	const float *x, const char *key, const char *value)
{
	struct record r = { 0 };
	struct tensor *t = record_add(&r, name, DT_F32, rank, shape, NULL);
	struct output *o;
	struct err e;

	memcpy(t->data, x, t->bytes);
	if (key)
		meta_set(&r.meta, key, value);
	strcpy(s->path, "/tmp/report_compare.XXXXXX");
	close(mkstemp(s->path));
	o = output_open(s->path, (struct output_opts){ .force = true }, &e);
	assert_non_null(o);
	assert_int_equal(record_write(&r, o, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	record_free(&r);
	s->in = input_open(s->path, &e);
	s->stream = stream_open(s->in, (struct stream_opts){ 0 });
	assert_int_equal(stream_next(s->stream, &s->part, &e), 1);
	assert_int_equal(signal_item(&s->signal, s->stream, &s->part, &e), 0);
}

static void
side_close(struct side *s)
{
	signal_close(&s->signal);
	stream_close(s->stream);
	input_close(s->in);
	unlink(s->path);
}

static int
compare(struct side *got, struct side *ref, struct compare_result *r,
	struct err *e)
{
	struct compare_opts o = { 0, 4000 };
	int status = compare_signals(&got->signal, &ref->signal, o, r, e);

	side_close(got);
	side_close(ref);
	return status;
}

#define H 13
#define W 17

static void
noise(float *x, size_t n, uint64_t seed)
{
	struct rng r;

	print_message("seed %d\n", (int)seed);
	rng_seed(&r, seed, 0);
	for (size_t i = 0; i < n; i++)
		x[i] = (float)rng_unit(&r);
}

static void
image_error_is_over_all_channels(void **state)
{
	static const size_t shape[3] = { H, W, 3 };
	float a[H * W * 3], b[H * W * 3];
	struct side got, ref;
	struct compare_result r;
	double sum = 0;
	struct err e;

	(void)state;
	noise(a, H * W * 3, 1);
	noise(b, H * W * 3, 2);
	for (size_t i = 0; i < H * W * 3; i++)
		sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
	side_open(&got, "image", 3, shape, a, NULL, NULL);
	side_open(&ref, "image", 3, shape, b, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), 0);
	assert_int_equal(r.kind, SIGNAL_IMAGE);
	assert_true(fabs(distortion_mse(&r.d) - sum / (H * W * 3)) < 1e-12);
	assert_true(r.ssim > -0.5 && r.ssim < 0.5);
	assert_true(isnan(r.distance_db));
}

static void
alpha_on_one_side_is_on_white(void **state)
{
	static const size_t four[3] = { H, W, 4 }, one[2] = { H, W };
	float a[H * W * 4], gray[H * W];
	struct side got, ref;
	struct compare_result r;
	struct err e;

	(void)state;
	noise(a, H * W * 4, 3);
	for (size_t i = 0; i < H * W; i++)
		a[4 * i + 1] = a[4 * i + 2] = a[4 * i];
	convert_channels(a, 4, gray, 1, H * W);
	side_open(&got, "image", 2, one, gray, NULL, NULL);
	side_open(&ref, "image", 3, four, a, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), 0);
	assert_true(distortion_mse(&r.d) < 1e-12);
	assert_true(r.ssim > 1 - 1e-6);
}

static void
what_differs_in_size_is_refused(void **state)
{
	static const size_t small[3] = { H, W - 1, 1 }, big[3] = { H, W, 1 };
	static const size_t wide[2] = { 5, 4 }, narrow[2] = { 4, 5 };
	static const size_t few[2] = { 4, 4 };
	float x[H * W] = { 0 };
	struct side got, ref;
	struct compare_result r;
	struct err e;

	(void)state;
	side_open(&got, "image", 3, small, x, NULL, NULL);
	side_open(&ref, "image", 3, big, x, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), -1);
	assert_string_equal(e.msg, "16x13 pixels, but the reference has 17x13");
	side_open(&got, "x", 2, wide, x, NULL, NULL);
	side_open(&ref, "x", 2, narrow, x, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), -1);
	side_open(&got, "x", 2, wide, x, NULL, NULL);
	side_open(&ref, "x", 2, few, x, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), -1);
	assert_string_equal(e.msg, "5 rows, but the reference has 4");
	side_open(&got, "audio", 2, wide, x, NULL, NULL);
	side_open(&ref, "x", 2, wide, x, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), -1);
}

/* A height that the metadata make up may not reach the window's buffers. */
static void
metadata_that_lie_are_refused(void **state)
{
	static const size_t shape[3] = { H, W, 1 };
	float x[H * W] = { 0 };
	struct side got, ref;
	struct compare_result r;
	struct err e;

	(void)state;
	for (const char *const *h = (const char *const[]){ "3", "20", NULL };
		*h; h++) {
		side_open(&got, "image", 3, shape, x, "height", *h);
		side_open(&ref, "image", 3, shape, x, "height", *h);
		assert_int_equal(compare(&got, &ref, &r, &e), -1);
		assert_non_null(strstr(e.msg, "metadata"));
	}
}

static void
nan_is_refused_by_row(void **state)
{
	static const size_t shape[2] = { 5, 2 };
	float x[10] = { 0 }, y[10] = { 0 };
	struct side got, ref;
	struct compare_result r;
	struct err e;

	(void)state;
	y[7] = NAN;
	side_open(&got, "x", 2, shape, x, NULL, NULL);
	side_open(&ref, "x", 2, shape, y, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), -1);
	assert_string_equal(e.msg, "the reference: row 3: NaN or infinity");
}

static void
audio_has_a_spectral_distance_where_the_rate_is_known(void **state)
{
	static const size_t shape[2] = { 4000, 1 };
	static float x[4000], y[4000];
	struct side got, ref;
	struct compare_result r;
	struct err e;

	(void)state;
	noise(x, 4000, 4);
	for (size_t i = 0; i < 4000; i++) {
		x[i] -= 0.5F;
		y[i] = 0.5F * x[i];
	}
	side_open(&got, "audio", 2, shape, y, "sample_rate", "8000");
	side_open(&ref, "audio", 2, shape, x, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), 0);
	assert_true(fabs(r.distance_db - 6.02) < 0.02);
	assert_true(fabs(distortion_snr_db(&r.d) - 6.0206) < 1e-3);
	side_open(&got, "audio", 2, shape, y, NULL, NULL);
	side_open(&ref, "audio", 2, shape, x, NULL, NULL);
	assert_int_equal(compare(&got, &ref, &r, &e), 0);
	assert_true(isnan(r.distance_db));
}

static void
means_are_over_items_and_pooled_over_samples(void **state)
{
	struct compare_result a = {
		.kind = SIGNAL_IMAGE, .ssim = 0.5, .d = { 1, 0, 100 }
	};
	struct compare_result b = {
		.kind = SIGNAL_IMAGE, .ssim = 0.7, .d = { 300, 0, 300 }
	};
	struct quality q = { 0 };
	json_t *o = json_object();

	(void)state;
	quality_add(&q, &a);
	quality_add(&q, &b);
	quality_report(o, &q);
	assert_true(fabs(json_real_value(json_object_get(o, "psnr_db")) - 10) <
		1e-12);
	assert_true(fabs(json_real_value(json_object_get(o, "pooled_psnr_db")) +
			    10 * log10(301.0 / 400)) < 1e-12);
	assert_true(fabs(json_real_value(json_object_get(o, "ssim")) - 0.6) <
		1e-12);
	assert_null(json_object_get(o, "snr_db"));
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image_error_is_over_all_channels),
		cmocka_unit_test(alpha_on_one_side_is_on_white),
		cmocka_unit_test(what_differs_in_size_is_refused),
		cmocka_unit_test(metadata_that_lie_are_refused),
		cmocka_unit_test(nan_is_refused_by_row),
		cmocka_unit_test(
			audio_has_a_spectral_distance_where_the_rate_is_known),
		cmocka_unit_test(means_are_over_items_and_pooled_over_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
