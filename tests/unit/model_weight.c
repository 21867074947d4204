/* Rows that weigh: what is drawn, and what is kept. */
#include "model/dataset.h"
#include "model/weight.h"
#include "model_weighed.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_find_and_draw),
		cmocka_unit_test(batches_draw_by_weight),
		cmocka_unit_test(samples_carry_weights),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
