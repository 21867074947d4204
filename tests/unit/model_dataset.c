/* What a model is trained and judged on: samples, held-back vectors, draws. */
#include "model/dataset_window.h"
#include "model_items.h"

static void
a_reservoir_is_a_uniform_sample(void **state)
{
	struct rng r = seeded("a_reservoir_is_a_uniform_sample");
	enum { ROOM = 10, STREAM = 100, TIMES = 4000 };
	size_t count[STREAM] = { 0 };
	double chi = 0, want = (double)TIMES * ROOM / STREAM;

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		struct reservoir s;

		reservoir_init(&s, ROOM, 1, rng_u64(&r), 0);
		for (size_t v = 0; v < STREAM; v++) {
			float *to = reservoir_offer(&s);

			if (to)
				*to = (float)v;
			assert_int_equal(s.count, v < ROOM ? v + 1 : ROOM);
		}
		assert_int_equal(s.seen, STREAM);
		for (size_t j = 0; j < ROOM; j++)
			count[(size_t)s.x[j]]++;
		reservoir_free(&s);
	}
	for (size_t v = 0; v < STREAM; v++)
		chi += pow((double)count[v] - want, 2) / want;
	/* 99 degrees of freedom, variance below that of independent draws:
	 * above 180 once in a million. */
	assert_true(chi < 180 && chi > 40);
}

/* `files` files of rows [id, 1000 + id]: every vector is known by its id. */
static size_t
write_rows(size_t files, size_t rows, struct strlist *paths)
{
	float *x = mem_floats(rows * 2);
	size_t id = 0;

	for (size_t f = 0; f < files; f++) {
		char name[32];

		for (size_t v = 0; v < rows; v++, id++) {
			x[2 * v] = (float)id;
			x[2 * v + 1] = 1000 + (float)id;
		}
		snprintf(name, sizeof(name), "rows%02zu", f);
		items_file(name, items_rows(2), x, rows);
		strlist_add(paths, items_path(name));
	}
	free(x);
	return id;
}

struct fixture {
	struct corpus c;
	struct transform t;
	struct dataset s;
};

static void
fixture_open(struct fixture *f, struct strlist *paths, struct dataset_opts o,
	struct transform t, struct pool *pool)
{
	struct err e;

	f->t = t;
	transform_init(&f->t);
	assert_int_equal(
		corpus_survey(&f->c, paths, &(struct source_opts){ 0 }, 0, &e),
		0);
	assert_int_equal(dataset_open(&f->s, &f->c, &f->t, &o, pool, &e), 0);
}

static void
fixture_close(struct fixture *f)
{
	dataset_close(&f->s);
	corpus_free(&f->c);
	transform_free(&f->t);
}

/* The id of a normalized vector. */
static size_t
id_of(const struct fixture *f, const float *x)
{
	double id = (double)x[0] * (double)f->t.scale + (double)f->t.mu[0];
	double more = (double)x[1] * (double)f->t.scale + (double)f->t.mu[1];

	near(more - id, 1000, 0.1);
	near(id, round(id), 0.1);
	return (size_t)round(id);
}

/* Marks what batches show until `steps` are done. */
static void
watch(struct fixture *f, size_t steps, size_t n, bool *seen)
{
	float *x = mem_floats(n * 2);

	for (size_t i = 0; i < steps; i++) {
		dataset_batch(&f->s, n, x);
		for (size_t v = 0; v < n; v++)
			seen[id_of(f, x + 2 * v)] = true;
	}
	free(x);
}

static void
held_back(size_t files, size_t rows, size_t buffer)
{
	static const struct transform plain = { .kind = ITEM_ROWS, .dim = 2 };
	struct strlist paths = { 0 };
	struct dataset_opts o = { .buffer_bytes = buffer,
		.sample = 4000,
		.seed = 7,
		.hold_back = true };
	size_t total = write_rows(files, rows, &paths), held = 0;
	bool *seen = mem_zalloc(total, 1), *kept = mem_zalloc(total, 1);
	struct fixture f;

	fixture_open(&f, &paths, o, plain, NULL);
	assert_int_equal(f.s.held_tokens, f.s.held.count);
	assert_int_equal(f.s.held_tokens + f.s.train_tokens, total);
	for (size_t v = 0; v < f.s.held.count; v++) {
		size_t id = id_of(&f, f.s.held.x + 2 * v);

		assert_false(kept[id]);
		kept[id] = true;
		held += files >= 4 ? id / rows % 10 == 3 : 1;
	}
	assert_int_equal(held, f.s.held.count); /* the fourth, 14th, ... */
	if (files < 4 || files % 10 == 0)
		assert_in_range(held * 10, total * 9 / 10, total * 12 / 10);
	for (size_t v = 0; v < f.s.train.count; v++)
		assert_false(kept[id_of(&f, f.s.train.x + 2 * v)]);
	watch(&f, 14, 300, seen); /* two tasks a batch */
	for (size_t i = 0; i < total; i++)
		assert_true(seen[i] == !kept[i]);
	assert_int_equal(f.s.streams, buffer == 1);
	assert_true(!f.s.streams || f.s.count == 1);
	free(seen);
	free(kept);
	fixture_close(&f);
}

/* Also when data stream through a buffer in shuffled passes. */
static void
a_tenth_is_held_back_and_never_drawn(void **state)
{
	static const size_t files[] = { 1, 3, 4, 20 };

	(void)state;
	for (size_t i = 0; i < 8; i++)
		held_back(
			files[i / 2], 200 / files[i / 2], i % 2 ? 1 : 1 << 20);
}

static void
without_holding_back_all_is_drawn(void **state)
{
	static const struct transform plain = { .kind = ITEM_ROWS, .dim = 2 };
	struct strlist paths = { 0 };
	struct dataset_opts o = { .buffer_bytes = 1, .sample = 9 };
	size_t total = write_rows(5, 20, &paths);
	bool seen[100] = { false };
	struct fixture f;

	(void)state;
	fixture_open(&f, &paths, o, plain, NULL);
	assert_int_equal(f.s.held.count, 0);
	assert_int_equal(f.s.train.count, 9);
	assert_int_equal(f.s.train_tokens, total);
	watch(&f, 100, 50, seen);
	for (size_t i = 0; i < total; i++)
		assert_true(seen[i]);
	fixture_close(&f);
}

/* E |x|^2 = 1 and mean 0 over the training sample. */
static void
vectors_are_normalized(void **state)
{
	static const struct transform plain = { .kind = ITEM_ROWS, .dim = 2 };
	struct strlist paths = { 0 };
	struct dataset_opts o = { .buffer_bytes = 1 << 20, .sample = 1000 };
	double mean = 0, square = 0;
	struct fixture f;

	(void)state;
	write_rows(5, 50, &paths);
	fixture_open(&f, &paths, o, plain, NULL);
	for (size_t i = 0; i < 2 * f.s.train.count; i++) {
		mean += (double)f.s.train.x[i];
		square += (double)f.s.train.x[i] * (double)f.s.train.x[i];
	}
	near(mean / 250, 0, 1e-4);
	near(square / 250, 1, 1e-5);
	near((double)f.t.mu[0], 124.5, 1e-4);
	near((double)f.t.scale, sqrt(2 * (250 * 250 - 1) / 12.0), 1e-3);
	fixture_close(&f);
}

static void
validation_data_replace_what_was_held_back(void **state)
{
	static const struct transform plain = { .kind = ITEM_ROWS, .dim = 2 };
	struct strlist paths = { 0 }, other = { 0 };
	struct dataset_opts o = { .buffer_bytes = 1 << 20, .sample = 1000 };
	float x[6] = { 500, 1500, 501, 1501, 502, 1502 };
	struct corpus valid;
	struct fixture f;
	struct err e;

	(void)state;
	write_rows(5, 50, &paths);
	items_file("valid", items_rows(2), x, 3);
	strlist_add(&other, items_path("valid"));
	fixture_open(&f, &paths, o, plain, NULL);
	assert_int_equal(corpus_survey(&valid, &other,
				 &(struct source_opts){ 0 }, 0, &e),
		0);
	assert_int_equal(dataset_validate_on(&f.s, &valid, &e), 0);
	assert_int_equal(f.s.held.count, 3);
	for (size_t v = 0; v < 3; v++)
		assert_int_equal(id_of(&f, f.s.held.x + 2 * v), 500 + v);
	corpus_free(&valid);
	fixture_close(&f);
}

static void
nothing_to_train_on_is_an_error(void **state)
{
	struct dataset_opts o = { .buffer_bytes = 1 << 20, .sample = 10 };
	struct transform t = { .kind = ITEM_ROWS, .dim = 2 };
	struct dataset s;
	struct corpus c;
	struct err e;
	float none = 0;

	(void)state;
	items_file("empty", items_rows(2), &none, 0);
	transform_init(&t);
	assert_int_equal(items_survey(&c, &e, 1, "empty"), 0);
	assert_int_equal(dataset_open(&s, &c, &t, &o, NULL, &e), -1);
	assert_non_null(strstr(e.msg, "no vectors"));
	dataset_close(&s);
	corpus_free(&c);
	transform_free(&t);
}

/* The lapped transform is orthonormal: a sound's frames keep its energy. */
static void
frames_of_a_sound_keep_its_energy(void **state)
{
	struct rng r = seeded("frames_of_a_sound_keep_its_energy");
	struct transform t = {
		.kind = ITEM_AUDIO, .patch = 10, .sample_rate = 8000
	};
	struct strlist paths = { 0 };
	float *x = normals(&r, 1000, 1);
	struct dataset_opts o = {
		.buffer_bytes = 1 << 20, .sample = 100, .keep_transform = true
	};
	double before = 0, after = 0;
	struct fixture f;

	(void)state;
	items_file("sound", items_sound(1), x, 1000);
	strlist_add(&paths, items_path("sound"));
	fixture_open(&f, &paths, o, t, NULL);
	paths = (struct strlist){ 0 };
	strlist_add(&paths, items_path("sound"));
	{
		struct corpus c;
		struct err e;

		assert_int_equal(corpus_survey(&c, &paths,
					 &(struct source_opts){ 0 }, 0, &e),
			0);
		assert_int_equal(dataset_validate_on(&f.s, &c, &e), 0);
		corpus_free(&c);
	}
	assert_int_equal(f.s.held.count, 100);
	for (size_t i = 0; i < 1000; i++) {
		before += (double)x[i] * (double)x[i];
		after += (double)f.s.held.x[i] * (double)f.s.held.x[i];
	}
	near(after, before, 1e-3);
	free(x);
	fixture_close(&f);
}

static void
draws_are_the_same_for_any_pool(void **state)
{
	struct rng r = seeded("draws_are_the_same_for_any_pool");
	enum { DIM = 4 * 4 * 3, BATCH = 700 };
	struct transform t = { .kind = ITEM_IMAGE, .patch = 4, .channels = 3 };
	float *image = normals(&r, 40 * 30 * 3, 1), *want = NULL;
	struct dataset_opts o = { .buffer_bytes = 1 << 20,
		.sample = 300,
		.seed = 3,
		.turn = true,
		.hold_back = true };

	(void)state;
	items_file("image", items_image(30, 3), image, 40);
	for (size_t threads = 1; threads <= 3; threads++) {
		struct pool *pool = pool_open(threads);
		struct strlist paths = { 0 };
		float *x = mem_floats(BATCH * DIM);
		struct fixture f;

		strlist_add(&paths, items_path("image"));
		fixture_open(&f, &paths, o, t, pool);
		/* Shifted grids fill the sample. */
		assert_int_equal(f.s.train.count, 300);
		assert_int_equal(f.s.train_tokens + f.s.held_tokens, 80);
		assert_int_equal(f.s.held_tokens, 8);
		dataset_batch(&f.s, BATCH, x);
		if (want)
			same_bits(x, want, BATCH * DIM);
		free(want);
		want = x;
		fixture_close(&f);
		pool_close(pool);
	}
	free(want);
	free(image);
}

static void
goes_on_after(size_t buffer, size_t drawn)
{
	static const struct transform plain = { .kind = ITEM_ROWS, .dim = 2 };
	struct dataset_opts o = {
		.buffer_bytes = buffer, .sample = 9, .hold_back = true
	};
	float want[2 * 17], x[2 * 17];
	struct fixture f[2];
	struct record r = { 0 };
	struct err e;

	for (size_t i = 0; i < 2; i++) {
		struct strlist paths = { 0 };

		write_rows(8, 10, &paths);
		fixture_open(&f[i], &paths, o, plain, NULL);
	}
	for (size_t i = 0; i < drawn; i++)
		dataset_batch(&f[0].s, 17, want);
	dataset_window_save(&f[0].s, &r);
	if (dataset_window_load(&f[1].s, &r, &e) != 0)
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < 30; i++) {
		dataset_batch(&f[0].s, 17, want);
		dataset_batch(&f[1].s, 17, x);
		assert_memory_equal(x, want, sizeof(want));
	}
	record_free(&r);
	fixture_close(&f[0]);
	fixture_close(&f[1]);
}

static void
what_was_saved_goes_on_with_the_same_draws(void **state)
{
	static const size_t buffer[] = { 1, 250, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t drawn = 0; drawn < 20; drawn++)
			goes_on_after(buffer[i], drawn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reservoir_is_a_uniform_sample),
		cmocka_unit_test(a_tenth_is_held_back_and_never_drawn),
		cmocka_unit_test(without_holding_back_all_is_drawn),
		cmocka_unit_test(vectors_are_normalized),
		cmocka_unit_test(validation_data_replace_what_was_held_back),
		cmocka_unit_test(nothing_to_train_on_is_an_error),
		cmocka_unit_test(frames_of_a_sound_keep_its_energy),
		cmocka_unit_test(what_was_saved_goes_on_with_the_same_draws),
		cmocka_unit_test(draws_are_the_same_for_any_pool),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
