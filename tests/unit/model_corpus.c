/*
 * The corpus: what the survey finds, and the segments of a pass.
 */
#include <malloc.h>

#include "model_items.h"

static struct corpus_pass *
begin(struct corpus *c, const struct transform *t, size_t most, size_t pieces)
{
	return corpus_begin(c,
		(struct corpus_cut){ .transform = t,
			.most = most,
			.pieces = pieces,
			.tell = true });
}

static struct transform
rows_of(size_t d)
{
	return (struct transform){ .kind = ITEM_ROWS, .dim = d };
}

static void
the_survey_sees_kinds_sizes_and_channels(void **state)
{
	struct rng r = seeded("the_survey_sees_kinds_sizes_and_channels");
	float *x = normals(&r, 3000, 1);
	struct corpus c;
	struct err e;

	(void)state;
	items_file("gray", items_image(10, 1), x, 20);
	items_file("colour", items_image(10, 3), x, 5);
	items_file("rows", items_rows(3), x, 70);
	items_file("more", items_rows(3), x, 1);
	items_file("wide", items_rows(4), x, 8);
	items_file("sound", items_sound(2), x, 99);
	assert_int_equal(items_survey(&c, &e, 2, "gray", "colour"), 0);
	assert_int_equal(c.kind, ITEM_IMAGE);
	assert_int_equal(c.items, 2);
	assert_int_equal(c.channels, 3);
	assert_int_equal(c.rows_total, 25);
	corpus_free(&c);
	assert_int_equal(items_survey(&c, &e, 1, "gray"), 0);
	assert_int_equal(c.channels, 1);
	corpus_free(&c);
	assert_int_equal(items_survey(&c, &e, 2, "rows", "more"), 0);
	assert_int_equal(c.width, 3);
	assert_int_equal(c.rows_total, 71);
	assert_int_equal(c.errors, 0);
	corpus_free(&c);
	assert_int_equal(items_survey(&c, &e, 1, "sound"), 0);
	assert_int_equal(c.sample_rate, 8000);
	assert_int_equal(c.rows_total, 99);
	corpus_free(&c);
	assert_int_equal(items_survey(&c, &e, 2, "rows", "wide"), -1);
	assert_non_null(strstr(e.msg, "wide has rows of 4"));
	assert_non_null(strstr(e.msg, "before it 3"));
	corpus_free(&c);
	assert_int_equal(items_survey(&c, &e, 2, "rows", "sound"), -1);
	assert_non_null(strstr(e.msg, "sound"));
	assert_non_null(strstr(e.msg, "rows"));
	corpus_free(&c);
	assert_int_equal(items_survey(&c, &e, 1, "none"), -1);
	assert_int_equal(c.errors, 1);
	corpus_free(&c);
	free(x);
}

/* All rows of a pass, one after another; from mem_alloc. */
static float *
all_rows(struct corpus *c, struct corpus_pass *p, size_t d, size_t *n)
{
	float *x = mem_alloc(c->rows_total, d * sizeof(*x));
	struct segment s;
	size_t item, piece;

	*n = 0;
	while (corpus_next(p, &s, &item, &piece)) {
		assert_int_equal(s.cols, d);
		assert_true(*n + s.rows <= c->rows_total);
		memcpy(x + *n * d, s.x, s.rows * d * sizeof(*x));
		*n += s.rows;
		segment_free(&s);
	}
	corpus_end(p);
	return x;
}

static void
stdin_is_read_as_often_as_needed(void **state)
{
	struct rng r = seeded("stdin_is_read_as_often_as_needed");
	enum { ROWS = 500, D = 4 };
	float *x = normals(&r, ROWS * D, 1);
	struct transform t = rows_of(D);
	int pair[2], was = dup(0), file;
	char buf[65536];
	struct corpus c;
	struct err e;
	ssize_t n;

	(void)state;
	items_file("piped", items_rows(D), x, ROWS);
	file = open(items_path("piped"), O_RDONLY);
	assert_int_equal(pipe(pair), 0);
	n = read(file, buf, sizeof(buf));
	assert_true(n > 0 && write(pair[1], buf, (size_t)n) == n);
	close(file);
	close(pair[1]);
	dup2(pair[0], 0);
	close(pair[0]);
	assert_int_equal(items_survey(&c, &e, 1, "-"), 0);
	for (int pass = 0; pass < 3; pass++) {
		size_t got;
		float *y = all_rows(&c, begin(&c, &t, 40, 0), D, &got);

		assert_int_equal(got, ROWS);
		same_bits(y, x, ROWS * D);
		free(y);
	}
	corpus_free(&c);
	dup2(was, 0);
	close(was);
	free(x);
}

static void
images_come_in_bands_of_whole_token_rows(void **state)
{
	struct rng r = seeded("images_come_in_bands_of_whole_token_rows");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		size_t h = between(&r, 1, 60), w = between(&r, 1, 30);
		struct transform t = { .kind = ITEM_IMAGE,
			.patch = between(&r, 1, 8),
			.channels = 3 };
		float *x = normals(&r, h * w * 3, 1);
		size_t most = between(&r, 1, 2000), y = 0, tokens = 0;
		size_t item, piece, pieces = 0;
		struct corpus_pass *p;
		struct segment s;
		struct corpus c;
		struct err e;

		items_file("image", items_image(w, 3), x, h);
		assert_int_equal(items_survey(&c, &e, 1, "image"), 0);
		p = begin(&c, &t, most, 0);
		while (corpus_next(p, &s, &item, &piece)) {
			assert_int_equal(piece, pieces++);
			assert_int_equal(s.cols, w);
			assert_int_equal(y % t.patch, 0);
			assert_true(
				s.rows * w * 3 <= most || s.rows <= t.patch);
			same_bits(s.x, x + y * w * 3, s.rows * w * 3);
			y += s.rows;
			tokens += s.tokens;
			segment_free(&s);
		}
		assert_int_equal(y, h);
		assert_int_equal(tokens,
			(h + t.patch - 1) / t.patch *
				((w + t.patch - 1) / t.patch));
		corpus_end(p);
		corpus_free(&c);
		free(x);
	}
}

/* Each stretch of each channel: where it lies, and its neighbours. */
static void
sounds_come_in_stretches_with_their_neighbours(void **state)
{
	struct rng r = seeded("sounds_come_in_stretches_with_their_neighbours");

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		size_t n = between(&r, 1, 300), ch = between(&r, 1, 3);
		size_t hop = between(&r, 1, 12), most = between(&r, 1, 200);
		struct transform t = { .kind = ITEM_AUDIO, .patch = hop };
		float *x = normals(&r, n * ch, 1);
		size_t at = 0, channel = 0, item, piece, pieces = 0;
		struct corpus_pass *p;
		struct segment s;
		struct corpus c;
		struct err e;

		items_file("sound", items_sound(ch), x, n);
		assert_int_equal(items_survey(&c, &e, 1, "sound"), 0);
		p = begin(&c, &t, most, 0);
		while (corpus_next(p, &s, &item, &piece)) {
			size_t own = s.rows - s.left - s.right;
			size_t after = n - at - own;

			assert_int_equal(piece, pieces);
			assert_int_equal(s.left, at ? hop / 2 : 0);
			assert_int_equal(
				s.right, after < hop / 2 ? after : hop / 2);
			for (size_t i = 0; i < s.rows; i++)
				same_bits(s.x + i,
					x + (at - s.left + i) * ch + channel,
					1);
			if (++channel == ch) {
				channel = 0;
				at += own;
				pieces++;
				assert_true(at == n || own % hop == 0);
			}
			segment_free(&s);
		}
		assert_int_equal(at, n);
		assert_int_equal(channel, 0);
		corpus_end(p);
		corpus_free(&c);
		free(x);
	}
}

/* Rows of NaN may be dropped: how many are left is not known before. */
static void
survey_one(struct corpus *c, const char *name, bool known)
{
	struct err e;

	assert_int_equal(items_survey(c, &e, 1, name), 0);
	c->source.drop_nan = !known;
}

static void
items_are_cut_into_about_as_many_pieces_as_asked(void **state)
{
	struct rng r =
		seeded("items_are_cut_into_about_as_many_pieces_as_asked");
	float *x = normals(&r, 2000, 1);
	struct transform t = rows_of(2);

	(void)state;
	items_file("cut", items_rows(2), x, 1000);
	for (int known = 0; known < 2; known++) {
		size_t item, piece, pieces = 0;
		struct corpus_pass *p;
		struct segment s;
		struct corpus c;

		survey_one(&c, "cut", known);
		p = begin(&c, &t, 1 << 20, 20);
		while (corpus_next(p, &s, &item, &piece)) {
			pieces++;
			segment_free(&s);
		}
		assert_in_range(pieces, 20, 22);
		corpus_end(p);
		corpus_free(&c);
	}
	free(x);
}

/* Many small items stay in memory at once: each in no more than it needs. */
static void
segments_take_no_more_than_they_hold(void **state)
{
	struct rng r = seeded("segments_take_no_more_than_they_hold");
	float *x = normals(&r, 300, 1);
	struct transform t = rows_of(3),
			 image = {
				 .kind = ITEM_IMAGE, .patch = 8, .channels = 3
			 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		size_t item, piece;
		struct corpus_pass *p;
		struct segment s;
		struct corpus c;

		items_file("small", i < 2 ? items_rows(3) : items_image(5, 3),
			x, i < 2 ? 100 : 20);
		survey_one(&c, "small", i > 0);
		p = begin(&c, i < 2 ? &t : &image, 1 << 22, 0);
		assert_int_equal(corpus_next(p, &s, &item, &piece), 1);
		assert_int_equal(s.rows * s.cols, i < 2 ? 300 : 100);
		assert_in_range(malloc_usable_size(s.x), 1200, 4000);
		segment_free(&s);
		corpus_end(p);
		corpus_free(&c);
	}
	free(x);
}

/* However the inputs are shuffled, an item keeps its number. */
static void
an_item_has_one_number_in_every_pass(void **state)
{
	struct rng r = seeded("an_item_has_one_number_in_every_pass");
	struct transform t = rows_of(1);
	size_t moved = 0;
	struct corpus c;
	struct err e;

	(void)state;
	for (int f = 0; f < 3; f++) {
		char name[] = { (char)('a' + f), '\0' };
		struct output *o = items_open(name);

		for (int i = 0; i <= f; i++) { /* 0; 1 2; 3 4 5 */
			float x = (float)(f * (f + 1) / 2 + i);

			items_put(o, name, items_rows(1), &x, 1, true);
		}
		items_close(o);
	}
	assert_int_equal(items_survey(&c, &e, 3, "a", "b", "c"), 0);
	for (int pass = 0; pass < 20; pass++) {
		struct corpus_cut cut = {
			.transform = &t, .most = 100, .shuffle = &r
		};
		struct corpus_pass *p = corpus_begin(&c, cut);
		size_t item, piece, at = 0;
		struct segment s;

		while (corpus_next(p, &s, &item, &piece)) {
			assert_int_equal(item, (size_t)s.x[0]);
			moved += item != at++;
			segment_free(&s);
		}
		assert_int_equal(at, 6);
		corpus_end(p);
	}
	assert_true(moved > 0);
	corpus_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_survey_sees_kinds_sizes_and_channels),
		cmocka_unit_test(stdin_is_read_as_often_as_needed),
		cmocka_unit_test(images_come_in_bands_of_whole_token_rows),
		cmocka_unit_test(
			sounds_come_in_stretches_with_their_neighbours),
		cmocka_unit_test(
			items_are_cut_into_about_as_many_pieces_as_asked),
		cmocka_unit_test(segments_take_no_more_than_they_hold),
		cmocka_unit_test(an_item_has_one_number_in_every_pass),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
