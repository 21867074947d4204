/* From files to a model record: defaults, metadata, starts, failures. */
#include "model/training.h"
#include "model_tiny.h"

static struct training
training_of(const char *type)
{
	struct training t = { .trainer = tiny_opts(type),
		.buffer_bytes = 1 << 20,
		.threads = 1 };

	t.trainer.steps = 3;
	t.trainer.k = 8;
	t.steps_given = true;
	return t;
}

static void
result_free(struct training_result *r)
{
	record_free(&r->trainer.record);
}

static void
run(struct training *t, const char *name, struct training_result *r)
{
	struct err e;

	strlist_add(&t->inputs, items_path(name));
	if (training_run(t, r, &e) != 0)
		fail_msg("%s", e.msg);
}

static size_t
number(const struct training_result *r, const char *key)
{
	size_t n = 0;

	if (meta_size(&r->trainer.record.meta, key, &n) != 1)
		fail_msg("no metadata key %s", key);
	return n;
}

static const char *
text(const struct training_result *r, const char *key)
{
	const char *v = meta_get(&r->trainer.record.meta, key);

	assert_non_null(v);
	return v;
}

static void
defaults_follow_the_medium(void **state)
{
	struct rng r = seeded("defaults_follow_the_medium");
	float *x = normals(&r, 64 * 64, 1);
	struct training_result got;
	struct training t;

	(void)state;
	items_file("gray", items_image(64, 1), x, 64);
	items_file("sound", items_sound(2), x, 2000);
	items_file("rows", items_rows(4), x, 400);
	t = training_of("simvq");
	run(&t, "gray", &got);
	assert_int_equal(number(&got, "patch"), 8);
	assert_int_equal(number(&got, "channels"), 1);
	assert_int_equal(number(&got, "dim"), 64);
	assert_int_equal(number(&got, "d"), 5);
	result_free(&got);
	t = training_of("simvq");
	t.alpha = true;
	run(&t, "gray", &got);
	assert_int_equal(number(&got, "channels"), 2);
	result_free(&got);
	t = training_of("simvq");
	t.trainer.k = 4;
	run(&t, "sound", &got);
	assert_int_equal(number(&got, "patch"), 160); /* 8000 / 50 */
	assert_int_equal(number(&got, "sample_rate"), 8000);
	result_free(&got);
	t = training_of("simvq");
	run(&t, "rows", &got); /* d is cut to the 4 numbers there are */
	assert_int_equal(number(&got, "d"), 4);
	assert_int_equal(got.items, 1);
	assert_int_equal(got.train_tokens + got.held_tokens, 400);
	result_free(&got);
	free(x);
}

static void
metadata_say_how_it_was_made_but_not_when(void **state)
{
	static const char *const keys[] = { "format", "kind", "type", "net",
		"media", "dim", "d", "stages", "groups", "codes", "seed",
		"init", "steps", "batch", "learning_rate", "beta", "vq_weight",
		"items", "train_tokens", "held_tokens", "saved_step", "settled",
		"judged_on", "start_error", "held_error", "train_error",
		"program" };
	struct rng r = seeded("metadata_say_how_it_was_made_but_not_when");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("ema"), again = training_of("ema");
	struct training_result got, same;
	const char *key;
	json_t *value;

	(void)state;
	items_file("rows", items_rows(4), x, 400);
	run(&t, "rows", &got);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		text(&got, keys[i]);
	assert_string_equal(text(&got, "type"), "ema");
	assert_string_equal(text(&got, "judged_on"), "held");
	json_object_foreach(got.trainer.record.meta.map, key, value)
		assert_null(strstr(json_string_value(value), items_dir));
	/* Neither paths, nor -j, nor the clock show. */
	items_file("other", items_rows(4), x, 400);
	again.threads = 2;
	run(&again, "other", &same);
	assert_true(json_equal(
		got.trainer.record.meta.map, same.trainer.record.meta.map));
	for (size_t i = 0; i < got.trainer.record.count; i++)
		assert_memory_equal(got.trainer.record.tensor[i].data,
			same.trainer.record.tensor[i].data,
			got.trainer.record.tensor[i].bytes);
	result_free(&got);
	result_free(&same);
	free(x);
}

static void
too_few_vectors_are_an_error(void **state)
{
	struct rng r = seeded("too_few_vectors_are_an_error");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("simvq");
	struct training_result got;
	struct err e;

	(void)state;
	items_file("rows", items_rows(4), x, 40);
	t.trainer.k = 41;
	strlist_add(&t.inputs, items_path("rows"));
	assert_int_equal(training_run(&t, &got, &e), -1);
	assert_non_null(strstr(e.msg, "41 codes"));
	assert_non_null(strstr(e.msg, "have 40"));
	/* As many as codes: then none is held back. */
	t = training_of("simvq");
	t.trainer.k = 40;
	run(&t, "rows", &got);
	assert_int_equal(got.held_tokens, 0);
	assert_string_equal(text(&got, "judged_on"), "train");
	near(got.trainer.held.error, 0, 1e-6);
	result_free(&got);
	free(x);
}

/* Image of five bands of 5 patches: at any phase each has 33 places. */
static void
shifted_grids_fill_in_for_images(void **state)
{
	struct rng r = seeded("shifted_grids_fill_in_for_images");
	float *x = normals(&r, 40 * 40, 1);
	struct training t = training_of("vq");
	struct training_result got;
	struct err e;

	(void)state;
	items_file("gray", items_image(40, 1), x, 40);
	t.trainer.k = 120;
	run(&t, "gray", &got);
	assert_int_equal(got.train_tokens, 20);
	assert_int_equal(got.held_tokens, 5);
	assert_int_equal(number(&got, "codes"), 120);
	assert_true(got.trainer.train.used > 100);
	result_free(&got);
	t = training_of("vq");
	t.trainer.k = 140; /* more than the places without what is held back */
	run(&t, "gray", &got);
	assert_int_equal(got.held_tokens, 0);
	result_free(&got);
	t = training_of("vq");
	t.trainer.k = 166;
	strlist_add(&t.inputs, items_path("gray"));
	assert_int_equal(training_run(&t, &got, &e), -1);
	assert_non_null(strstr(e.msg, "have 165"));
	/* What streams fills no sample beyond its tokens. */
	t = training_of("vq");
	t.trainer.k = 120;
	t.buffer_bytes = 1;
	strlist_add(&t.inputs, items_path("gray"));
	assert_int_equal(training_run(&t, &got, &e), -1);
	assert_non_null(strstr(e.msg, "--buffer"));
	free(x);
}

static void
epochs_are_turned_into_steps(void **state)
{
	struct rng r = seeded("epochs_are_turned_into_steps");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("simvq");
	struct training_result got;

	(void)state;
	items_file("rows", items_rows(4), x, 400);
	t.epochs = 2.5;
	t.epochs_given = true;
	t.trainer.batch = 100; /* 360 are left to train on: 9 steps */
	run(&t, "rows", &got);
	assert_int_equal(got.train_tokens, 360);
	assert_int_equal(number(&got, "steps"), 9);
	result_free(&got);
	t = training_of("kmeans");
	t.steps_given = false;
	run(&t, "rows", &got); /* Lloyd is all there is */
	assert_int_equal(number(&got, "steps"), 0);
	result_free(&got);
	free(x);
}

static void
a_model_is_a_start(void **state)
{
	struct rng r = seeded("a_model_is_a_start");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("simvq");
	struct training_result first, got;
	struct output *o;
	struct err e;

	(void)state;
	items_file("rows", items_rows(4), x, 400);
	items_file("wide", items_rows(8), x, 200);
	run(&t, "rows", &first);
	o = items_open("model");
	assert_int_equal(record_write(&first.trainer.record, o, &e), 0);
	items_close(o);
	t = training_of("simvq");
	t.init_file = items_path("model");
	t.trainer.k = 3; /* the file decides */
	run(&t, "rows", &got);
	assert_string_equal(text(&got, "init"), "model");
	assert_int_equal(number(&got, "codes"), 8);
	near(got.trainer.start.error, first.trainer.held.error, 1e-5);
	result_free(&got);
	result_free(&first);
	t = training_of("simvq");
	t.init_file = items_path("model");
	strlist_add(&t.inputs, items_path("wide"));
	assert_int_equal(training_run(&t, &got, &e), -1);
	assert_non_null(strstr(e.msg, "the model takes rows of 4"));
	free(x);
}

/* A foreign codebook in the data's own space: the start finds its error. */
static void
a_foreign_codebook_is_a_start(void **state)
{
	struct rng r = seeded("a_foreign_codebook_is_a_start");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("vq");
	struct training_result got;

	(void)state;
	for (size_t i = 0; i < 1600; i++) /* around 40 places far off 0 */
		x[i] = i < 160 ? 50 + 10 * x[i]
			       : x[i % 160] + 0.01f * (float)rng_normal(&r);
	items_file("rows", items_rows(4), x, 400);
	items_file("book", items_rows(4), x, 40);
	t.init_file = items_path("book");
	run(&t, "rows", &got);
	assert_int_equal(number(&got, "codes"), 40);
	assert_true(got.trainer.start.error < 1e-4);
	assert_true(got.trainer.train.error < 1e-4);
	result_free(&got);
	free(x);
}

static void
bad_items_are_counted_and_the_rest_trained_on(void **state)
{
	struct rng r = seeded("bad_items_are_counted_and_the_rest_trained_on");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("simvq");
	struct training_result got;
	struct err e;

	(void)state;
	items_file("rows", items_rows(4), x, 400);
	x[7] = NAN;
	items_file("nan", items_rows(4), x, 400);
	strlist_add(&t.inputs, items_path("nan"));
	strlist_add(&t.inputs, items_path("missing"));
	run(&t, "rows", &got);
	assert_int_equal(got.errors, 2);
	result_free(&got);
	t = training_of("simvq");
	t.trainer.k = 400; /* needs all: the data are opened again */
	strlist_add(&t.inputs, items_path("nan"));
	run(&t, "rows", &got);
	assert_int_equal(got.errors, 1);
	result_free(&got);
	t = training_of("simvq");
	strlist_add(&t.inputs, items_path("missing"));
	assert_int_equal(training_run(&t, &got, &e), -1);
	assert_int_equal(got.errors, 1);
	/* No item is whole: no model, though rows came before the NaN. */
	x[7] = 0;
	x[1500] = NAN;
	items_file("late", items_rows(4), x, 400);
	t = training_of("simvq");
	strlist_add(&t.inputs, items_path("late"));
	assert_int_equal(training_run(&t, &got, &e), -1);
	assert_int_equal(got.errors, 1);
	assert_non_null(strstr(e.msg, "no item"));
	free(x);
}

static void
validation_items_replace_the_held_back(void **state)
{
	struct rng r = seeded("validation_items_replace_the_held_back");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("simvq");
	struct training_result got;
	struct err e;

	(void)state;
	items_file("rows", items_rows(4), x, 300);
	items_file("valid", items_rows(4), x + 1200, 100);
	items_file("wide", items_rows(8), x, 100);
	strlist_add(&t.valid, items_path("valid"));
	run(&t, "rows", &got);
	assert_int_equal(got.train_tokens, 300);
	assert_int_equal(got.held_tokens, 100);
	result_free(&got);
	t = training_of("simvq");
	strlist_add(&t.valid, items_path("wide"));
	strlist_add(&t.inputs, items_path("rows"));
	assert_int_equal(training_run(&t, &got, &e), -1);
	assert_non_null(strstr(e.msg, "validation"));
	free(x);
}

/* One after the other, as alone: images too, whose channels are chosen, and
 * whose bad item is counted once. */
static void
trainings_may_share_their_inputs(void **state)
{
	struct rng r = seeded("trainings_may_share_their_inputs");
	float *x = normals(&r, 64 * 64 * 3, 1);
	static const char *const type[] = { "vq", "ema", "vq" };
	struct strlist in = { 0 }, valid = { 0 };
	struct source_opts o = { 0 };
	struct supply s;
	struct err e;

	(void)state;
	items_file("colour", items_image(64, 3), x, 64);
	items_file("judge", items_image(64, 1), x, 64);
	strlist_add(&in, items_path("colour"));
	strlist_add(&in, items_path("missing"));
	strlist_add(&valid, items_path("judge"));
	supply_init(&s, &in, &valid, &o, 0);
	assert_int_equal(in.count + valid.count, 0);
	for (size_t i = 0; i < 3; i++) {
		struct training t = training_of(type[i]);
		struct training alone = training_of(type[i]);
		struct training_result a, b;

		t.channels = alone.channels = i == 1 ? 1 : 0;
		strlist_add(&alone.inputs, items_path("missing"));
		strlist_add(&alone.valid, items_path("judge"));
		assert_int_equal(training_run_on(&t, &s, &a, &e), 0);
		run(&alone, "colour", &b);
		assert_int_equal(number(&a, "channels"), i == 1 ? 1 : 3);
		assert_string_equal(
			text(&a, "held_error"), text(&b, "held_error"));
		assert_string_equal(
			text(&a, "train_error"), text(&b, "train_error"));
		assert_true(json_equal(
			a.trainer.record.meta.map, b.trainer.record.meta.map));
		assert_int_equal(a.errors, 1);
		assert_int_equal(b.errors, 1);
		result_free(&a);
		result_free(&b);
	}
	supply_free(&s);
	free(x);
}

static void
the_log_has_a_line_a_report(void **state)
{
	struct rng r = seeded("the_log_has_a_line_a_report");
	float *x = normals(&r, 1600, 1);
	struct training t = training_of("simvq");
	struct training_result got;
	size_t lines = 0;
	char line[1000];
	struct err e;
	FILE *f;

	(void)state;
	items_file("rows", items_rows(4), x, 400);
	t.log = trainlog_open(items_path("log"), false, &e);
	assert_non_null(t.log);
	run(&t, "rows", &got);
	assert_int_equal(trainlog_close(t.log, &e), 0);
	assert_null(trainlog_open(items_path("log"), false, &e));
	assert_non_null(strstr(e.msg, "exists"));
	f = fopen(items_path("log"), "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		json_t *o = json_loads(line, 0, NULL);

		assert_int_equal(json_integer_value(json_object_get(o, "step")),
			++lines);
		assert_true(json_real_value(json_object_get(o, "loss")) > 0);
		json_decref(o);
	}
	assert_int_equal(lines, 3);
	fclose(f);
	result_free(&got);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_follow_the_medium),
		cmocka_unit_test(metadata_say_how_it_was_made_but_not_when),
		cmocka_unit_test(too_few_vectors_are_an_error),
		cmocka_unit_test(shifted_grids_fill_in_for_images),
		cmocka_unit_test(epochs_are_turned_into_steps),
		cmocka_unit_test(a_model_is_a_start),
		cmocka_unit_test(a_foreign_codebook_is_a_start),
		cmocka_unit_test(bad_items_are_counted_and_the_rest_trained_on),
		cmocka_unit_test(validation_items_replace_the_held_back),
		cmocka_unit_test(trainings_may_share_their_inputs),
		cmocka_unit_test(the_log_has_a_line_a_report),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
