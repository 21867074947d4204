/* Rows that weigh: what is drawn, kept, measured, and refused. */
#include "model/dataset.h"
#include "model/training.h"
#include "model/weight.h"
#include "model_tiny.h"

/* A file with one item: x [rows, d] and w [rows]. */
static void
weighed_file(
	const char *name, const float *x, size_t d, const float *w, size_t rows)
{
	struct column col[] = { items_rows(d), { "w", DT_F32, 1, { 0 } } };
	const void *data[] = { x, w };
	struct output *o = items_open(name);
	struct meta m = { 0 };
	struct writer *out;
	struct err e;

	meta_set(&m, "item", name);
	out = writer_begin(o, FORMAT_RECORD, &m, col, 2, rows, &e);
	assert_non_null(out);
	assert_int_equal(writer_rows(out, data, rows, &e), 0);
	assert_int_equal(writer_end(out, &e), 0);
	meta_free(&m);
	items_close(o);
}

static void
sums_find_and_draw(void **state)
{
	const float w[] = { 0, 2, 0, 1, 5, 0 };
	struct rng r = seeded("sums_find_and_draw");
	double *sum = weight_sums(w, 6), count[6] = { 0 };
	size_t row[3], first[6] = { 0 };

	(void)state;
	assert_int_equal(weight_find(sum, 6, 0), 1);
	assert_int_equal(weight_find(sum, 6, 1.99), 1);
	assert_int_equal(weight_find(sum, 6, 2), 3);
	assert_int_equal(weight_find(sum, 6, 7.99), 4);
	assert_int_equal(weight_find(sum, 6, 8), 4);
	for (int i = 0; i < 80000; i++)
		count[weight_draw(sum, 6, &r)]++;
	for (size_t i = 0; i < 6; i++) /* more than five deviations */
		near(count[i], 10000 * (double)w[i], 800);
	assert_true(count[0] == 0 && count[2] == 0 && count[5] == 0);
	for (int i = 0; i < 8000; i++) {
		weight_choose((const float[]){ 2, 1, 5 }, 3, 3, &r, row);
		assert_int_equal(row[0] + row[1] + row[2], 3);
		assert_true(row[0] != row[1] && row[1] != row[2]);
		first[row[0]]++;
	}
	near((double)first[0], 2000, 250);
	near((double)first[1], 1000, 250);
	near((double)first[2], 5000, 250);
	free(sum);
}

enum { ROWS = 60, MORE = 40 };

/* Rows [id, 1000 + id], weight id % 4; then MORE without weights, ids go on. */
static void
write_ids(struct strlist *paths)
{
	float x[2 * (ROWS + MORE)], w[ROWS];

	for (size_t v = 0; v < ROWS + MORE; v++) {
		x[2 * v] = (float)v;
		x[2 * v + 1] = 1000 + (float)v;
	}
	for (size_t v = 0; v < ROWS; v++)
		w[v] = (float)(v % 4);
	weighed_file("heavy", x, 2, w, ROWS);
	items_file("plain", items_rows(2), x + 2 * ROWS, MORE);
	strlist_add(paths, items_path("heavy"));
	strlist_add(paths, items_path("plain"));
}

static double
weight_of(size_t id)
{
	return id < ROWS ? (double)(id % 4) : 1;
}

static size_t
id_of(const struct transform *t, const float *x)
{
	return (size_t)lround(
		(double)x[0] * (double)t->scale + (double)t->mu[0]);
}

struct fixture {
	struct corpus c;
	struct transform t;
	struct dataset s;
};

static void
fixture_open(struct fixture *f, size_t buffer, bool weights)
{
	struct dataset_opts o = { .buffer_bytes = buffer,
		.sample = 1000,
		.seed = 7,
		.weights = weights };
	struct strlist paths = { 0 };
	struct err e;

	write_ids(&paths);
	f->t = (struct transform){ .kind = ITEM_ROWS, .dim = 2 };
	transform_init(&f->t);
	assert_int_equal(
		corpus_survey(&f->c, &paths, &(struct source_opts){ 0 }, 0, &e),
		0);
	assert_int_equal(dataset_open(&f->s, &f->c, &f->t, &o, NULL, &e), 0);
}

static void
fixture_close(struct fixture *f)
{
	dataset_close(&f->s);
	corpus_free(&f->c);
	transform_free(&f->t);
}

/* In memory, and streaming through a window of less than all. */
static void
batches_draw_by_weight(void **state)
{
	static const size_t buffer[] = { 1 << 20, 400, 1 };
	enum { STEPS = 400, N = 100 };
	float x[2 * N];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		double count[ROWS + MORE] = { 0 }, all = 90 + MORE;
		struct fixture f;

		fixture_open(&f, buffer[i], true);
		assert_true(f.s.streams == (i > 0));
		near(f.s.train_weight, all, 0);
		for (size_t step = 0; step < STEPS; step++) {
			dataset_batch(&f.s, N, x);
			for (size_t v = 0; v < N; v++)
				count[id_of(&f.t, x + 2 * v)]++;
		}
		for (size_t id = 0; id < ROWS + MORE; id++) {
			double want = weight_of(id) / all * STEPS * N;

			/* Five deviations; a window of few rows is only
			 * nearly fair. */
			near(count[id], want,
				5 * sqrt(want) + (i ? 0.1 * want : 0));
		}
		fixture_close(&f);
	}
}

static void
samples_carry_weights(void **state)
{
	double mean = 0, square = 0;
	struct fixture f;

	(void)state;
	fixture_open(&f, 1 << 20, true);
	assert_int_equal(f.s.train.count, 45 + MORE); /* none of weight 0 */
	assert_int_equal(f.s.train_tokens, 45 + MORE);
	assert_non_null(f.s.train.w);
	for (size_t v = 0; v < f.s.train.count; v++)
		near((double)f.s.train.w[v],
			weight_of(id_of(&f.t, f.s.train.x + 2 * v)), 0);
	for (size_t id = 0; id < ROWS + MORE; id++)
		mean += weight_of(id) * (double)id / (90 + MORE);
	for (size_t id = 0; id < ROWS + MORE; id++)
		square +=
			weight_of(id) * pow((double)id - mean, 2) / (90 + MORE);
	near((double)f.t.mu[0], mean, 1e-4);
	near((double)f.t.mu[1], 1000 + mean, 1e-3);
	near((double)f.t.scale, sqrt(2 * square), 1e-3);
	fixture_close(&f);
	fixture_open(&f, 1 << 20, false);
	assert_int_equal(f.s.train.count, ROWS + MORE);
	assert_null(f.s.train.w);
	assert_false(f.s.weighted);
	near((double)f.t.mu[0], (ROWS + MORE - 1) / 2.0, 1e-4);
	fixture_close(&f);
}

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

/* Principal components, their k-means and the decoder; a given codebook, two
 * steps of Lloyd: all as for rows that are written out as often. */
static void
a_weight_is_how_often_a_row_is_there(void **state)
{
	static const char *const type[] = { "simvq", "vq" };
	struct rng r = seeded("a_weight_is_how_often_a_row_is_there");
	enum { N = 30, D = 4 };
	float *x = normals(&r, N * D, 1), *all = mem_floats(3 * N * D), w[N];
	struct training_result weighed, twice, plain;
	char book[100];
	size_t rows = 0;

	(void)state;
	snprintf(book, sizeof(book), "%s", items_path("book"));
	for (size_t v = 0; v < N; v++) {
		w[v] = (float)(1 + v % 3);
		for (size_t i = 0; i <= v % 3; i++)
			memcpy(all + rows++ * D, x + v * D, D * sizeof(*x));
	}
	weighed_file("weighed", x, D, w, N);
	items_file("all", items_rows(D), all, rows);
	items_file("book", items_rows(D), x, 8);
	for (size_t i = 0; i < 2; i++) {
		struct training t[3];

		for (size_t j = 0; j < 3; j++) {
			t[j] = training_of(type[i], i ? 8 : N);
			t[j].trainer.net = i ? NET_NONE : NET_LINEAR;
			t[j].trainer.d = i ? D : 2;
			t[j].init_file = i ? book : NULL;
		}
		t[2].no_weights = true;
		run(&t[0], "weighed", &weighed);
		run(&t[1], "all", &twice);
		run(&t[2], "weighed", &plain);
		assert_true(weighed.weighted && !plain.weighted);
		near(weighed.trainer.start.error, twice.trainer.start.error,
			1e-5);
		near(weighed.trainer.held.error, twice.trainer.held.error,
			1e-5);
		near(weighed.trainer.train.error, twice.trainer.train.error,
			1e-5);
		assert_true(fabs(plain.trainer.held.error -
				    weighed.trainer.held.error) > 1e-4);
		assert_int_equal(weighed.trainer.held.tokens, N);
		assert_string_equal(
			meta_get(&weighed.trainer.record.meta, "weights"), "w");
		assert_null(meta_get(&plain.trainer.record.meta, "weights"));
		record_free(&weighed.trainer.record);
		record_free(&twice.trainer.record);
		record_free(&plain.trainer.record);
	}
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
	enum { N = 400, D = 4 };
	float *x = normals(&r, N * D, 1), w[N];

	(void)state;
	for (size_t v = 0; v < N; v++)
		w[v] = v < N / 2 ? 1000 : 1;
	for (size_t i = N * D / 2; i < N * D; i++)
		x[i] = 10 + 5 * x[i];
	weighed_file("two", x, D, w, N);
	items_file("heavy", items_rows(D), x, N / 2);
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
	struct column col[] = { items_rows(2), { "w", DT_F32, 2, { 0, 3 } } };
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
		cmocka_unit_test(sums_find_and_draw),
		cmocka_unit_test(batches_draw_by_weight),
		cmocka_unit_test(samples_carry_weights),
		cmocka_unit_test(a_weight_is_how_often_a_row_is_there),
		cmocka_unit_test(heavy_rows_are_served_better),
		cmocka_unit_test(bad_weights_are_named),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
