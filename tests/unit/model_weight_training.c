/* Trainings whose rows weigh: as if rows were there as often; and what is
 * refused. */
#include "model/training.h"
#include "model_tiny.h"
#include "model_weighed.h"

enum { N = 30, D = 4 };

static struct training
training_of(const char *type, size_t k)
{
	struct training t = { .trainer = tiny_opts(type),
		.buffer_bytes = 1 << 20,
		.threads = 1,
		.steps_given = true };

	t.trainer.k = k;
	t.trainer.steps = 0;
	return t;
}

static void
run_on(struct training *t, const char *name, const char *valid,
	struct training_result *got)
{
	struct err e;

	strlist_add(&t->inputs, items_path(name));
	strlist_add(&t->valid, items_path(valid));
	if (training_run(t, got, &e) != 0)
		fail_msg("%s", e.msg);
}

static void
run(struct training *t, const char *name, struct training_result *got)
{
	run_on(t, name, name, got);
}

/* Weighed rows, the same written out as often, and not weighed at all. */
static void
compare(const char *type, size_t k, enum net_type net, const char *init)
{
	struct training_result weighed, twice, plain;
	struct training t[3];

	for (size_t j = 0; j < 3; j++) {
		t[j] = training_of(type, k);
		t[j].trainer.net = net;
		t[j].trainer.d = net == NET_NONE ? D : 2;
		t[j].trainer.keep_last = init != NULL;
		t[j].init_file = init;
	}
	t[2].no_weights = true;
	run(&t[0], "weighed", &weighed);
	run(&t[1], "all", &twice);
	run(&t[2], "weighed", &plain);
	assert_true(weighed.weighted && !plain.weighted);
	assert_true(weighed.trainer.settled || !init);
	near(weighed.trainer.start.error, twice.trainer.start.error, 1e-5);
	near(weighed.trainer.held.error, twice.trainer.held.error, 1e-5);
	near(weighed.trainer.train.error, twice.trainer.train.error, 1e-5);
	assert_true(fabs(plain.trainer.held.error -
			    weighed.trainer.held.error) > 1e-7);
	assert_int_equal(weighed.trainer.held.tokens, N);
	assert_string_equal(
		meta_get(&weighed.trainer.record.meta, "weights"), "w");
	assert_null(meta_get(&plain.trainer.record.meta, "weights"));
	record_free(&weighed.trainer.record);
	record_free(&twice.trainer.record);
	record_free(&plain.trainer.record);
}

/* A model of 8 codes and linear maps, trained on the rows of a file. */
static void
make_model(const char *name, const char *rows)
{
	struct training t = training_of("vq", 8);
	struct training_result got;
	struct output *o;
	struct err e;

	t.trainer.net = NET_LINEAR;
	t.trainer.d = 2;
	run(&t, rows, &got);
	o = items_open(name);
	assert_int_equal(record_write(&got.trainer.record, o, &e), 0);
	items_close(o);
	record_free(&got.trainer.record);
}

/* Principal components and their k-means; two steps of Lloyd on a given
 * codebook; the decoder for the codes of a given model. */
static void
a_weight_is_how_often_a_row_is_there(void **state)
{
	struct rng r = seeded("a_weight_is_how_often_a_row_is_there");
	float *x = normals(&r, N * D, 1), *all = mem_floats(3 * N * D), w[N];
	char book[100], made[100];
	size_t rows = 0;

	(void)state;
	for (size_t v = 0; v < N; v++) {
		w[v] = (float)(1 + v % 3);
		for (size_t i = 0; i <= v % 3; i++)
			memcpy(all + rows++ * D, x + v * D, D * sizeof(*x));
	}
	weighed_file("weighed", x, D, w, N);
	items_file("all", items_rows(D), all, rows);
	items_file("book", items_rows(D), x, 8);
	make_model("made", "all");
	snprintf(book, sizeof(book), "%s", items_path("book"));
	snprintf(made, sizeof(made), "%s", items_path("made"));
	compare("simvq", N, NET_LINEAR, NULL);
	compare("vq", 8, NET_NONE, book);
	compare("vq", 8, NET_LINEAR, made);
	free(x);
	free(all);
}

/* Of a number, in the units of the data. */
static double
mse(const struct training_result *r)
{
	struct model m;
	struct err e;
	double error;

	assert_int_equal(model_from_record(&m, &r->trainer.record, &e), 0);
	error = judge_quality(&m, r->trainer.held.error);
	model_free(&m);
	return error;
}

/* Every start and a few steps: the codes go where the weight is. */
static void
heavy_rows_are_served_better(void **state)
{
	static const enum start start[] = { START_KMEANS, START_DATA,
		START_RANDOM };
	struct rng r = seeded("heavy_rows_are_served_better");
	enum { ROWS = 400 };
	float *x = normals(&r, ROWS * D, 1), w[ROWS];

	(void)state;
	for (size_t v = 0; v < ROWS; v++)
		w[v] = v < ROWS / 2 ? 1000 : 1;
	for (size_t i = ROWS * D / 2; i < ROWS * D; i++)
		x[i] = 10 + 5 * x[i];
	weighed_file("two", x, D, w, ROWS);
	items_file("heavy", items_rows(D), x, ROWS / 2);
	for (size_t i = 0; i < 3; i++) {
		struct training a = training_of("simvq", 16), b;
		struct training_result weighed, plain;

		a.trainer.net = NET_LINEAR;
		a.trainer.d = 4;
		a.trainer.start = start[i];
		a.trainer.steps = 40;
		b = a;
		b.no_weights = true;
		run_on(&a, "two", "heavy", &weighed);
		run_on(&b, "two", "heavy", &plain);
		assert_true(mse(&weighed) < 0.8 * mse(&plain));
		record_free(&weighed.trainer.record);
		record_free(&plain.trainer.record);
	}
	free(x);
}

static void
refused(const char *name, const char *a, const char *b)
{
	struct training t = training_of("vq", 2);
	struct training_result got;
	struct err e;

	strlist_add(&t.inputs, items_path(name));
	assert_int_equal(training_run(&t, &got, &e), -1);
	if (!strstr(e.msg, a) || !strstr(e.msg, b))
		fail_msg("%s: %s", name, e.msg);
}

static void
bad_weights_are_named(void **state)
{
	struct column col[] = { items_rows(2),
		{ "w", DT_F32, 2, { 0, 3 }, true } };
	const float x[60] = { 1, 2, 3, 4, 5 };
	float w[20] = { 0 };
	const void *data[] = { x, x };
	struct output *o = items_open("wide");
	struct meta m = { 0 };
	struct training t = training_of("vq", 2);
	struct training_result got;
	struct writer *out;
	struct err e;

	(void)state;
	weighed_file("none", x, 2, w, 20);
	refused("none", "weight 0", "all vectors");
	for (size_t i = 0; i < 20; i++)
		w[i] = 1;
	w[13] = -0.5f;
	weighed_file("below", x, 2, w, 20);
	refused("below", "no item", "");
	w[13] = INFINITY;
	weighed_file("endless", x, 2, w, 20);
	refused("endless", "no item", "");
	/* --no-weights does not look. */
	t.no_weights = true;
	run(&t, "endless", &got);
	record_free(&got.trainer.record);
	meta_set(&m, "item", "wide");
	out = writer_begin(o, FORMAT_RECORD, &m, col, 2, 20, &e);
	assert_non_null(out);
	assert_int_equal(writer_rows(out, data, 20, &e), 0);
	assert_int_equal(writer_end(out, &e), 0);
	meta_free(&m);
	items_close(o);
	refused("wide", "no vectors", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_weight_is_how_often_a_row_is_there),
		cmocka_unit_test(heavy_rows_are_served_better),
		cmocka_unit_test(bad_weights_are_named),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
