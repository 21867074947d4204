/* The corpus: what happens to items that cannot be read. */
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

/* Codes are no vectors, NaN is no number, a cut stream ends: each is counted
 * once however often it is met, and all the rest is read. */
static void
bad_items_are_counted_once_and_skipped(void **state)
{
	struct rng r = seeded("bad_items_are_counted_once_and_skipped");
	struct column codes = { "codes", DT_U8, 2, { 0, 4 }, true };
	struct transform t = rows_of(2);
	float *x = normals(&r, 400, 1);
	struct corpus c;
	struct output *o;
	struct err e;

	(void)state;
	o = items_open("mixed");
	items_put(o, "codes", codes, x, 3, true);
	items_put(o, "good", items_rows(2), x, 50, true);
	x[121] = NAN;
	items_put(o, "nan", items_rows(2), x, 100, true);
	items_put(o, "unknown", items_rows(2), x, 100, false);
	items_put(o, "last", items_rows(2), x, 50, true);
	items_close(o);
	items_file("cut", items_rows(2), x, 50);
	assert_int_equal(truncate(items_path("cut"), 300), 0);
	assert_int_equal(items_survey(&c, &e, 3, "mixed", "missing", "cut"), 0);
	assert_int_equal(c.kind, ITEM_ROWS);
	for (int pass = 0; pass < 3; pass++) {
		struct corpus_pass *p = begin(&c, &t, 20, 0);
		size_t item, piece, rows = 0;
		struct segment s;

		while (corpus_next(p, &s, &item, &piece)) {
			assert_int_equal(s.cols, 2);
			for (size_t i = 0; i < s.rows * 2; i++)
				assert_true(isfinite(s.x[i]));
			rows += s.rows;
			segment_free(&s);
		}
		assert_in_range(rows, 100, 260);
		corpus_end(p);
		/* codes, nan, unknown, missing, cut */
		assert_int_equal(c.errors, 5);
	}
	corpus_free(&c);
	free(x);
}

/* A file that changes between survey and pass must not do harm. */
static void
an_item_that_changed_is_refused(void **state)
{
	struct rng r = seeded("an_item_that_changed_is_refused");
	float *x = normals(&r, 400, 1);
	struct transform t = rows_of(2);
	size_t item, piece;
	struct corpus_pass *p;
	struct segment s;
	struct corpus c;
	struct err e;

	(void)state;
	items_file("changes", items_rows(2), x, 50);
	assert_int_equal(items_survey(&c, &e, 1, "changes"), 0);
	items_file("changes", items_rows(8), x, 50);
	p = begin(&c, &t, 100, 0);
	assert_int_equal(corpus_next(p, &s, &item, &piece), 0);
	assert_int_equal(c.errors, 1);
	corpus_end(p);
	corpus_free(&c);
	free(x);
}

/* What can be read at first and not later is an error, too: once. */
static void
an_item_that_fails_in_a_later_pass_is_counted(void **state)
{
	struct rng r = seeded("an_item_that_fails_in_a_later_pass_is_counted");
	float *x = normals(&r, 400, 1);
	struct transform t = rows_of(2);
	struct corpus c;
	struct err e;

	(void)state;
	items_file("shrinks", items_rows(2), x, 50);
	assert_int_equal(items_survey(&c, &e, 1, "shrinks"), 0);
	for (size_t pass = 0; pass < 3; pass++) {
		struct corpus_pass *p = begin(&c, &t, 20, 0);
		size_t item, piece, rows = 0;
		struct segment s;

		while (corpus_next(p, &s, &item, &piece)) {
			rows += s.rows;
			segment_free(&s);
		}
		corpus_end(p);
		assert_int_equal(c.errors, pass > 0);
		assert_true(pass == 0 ? rows == 50 : rows < 50);
		assert_int_equal(truncate(items_path("shrinks"), 300), 0);
	}
	corpus_free(&c);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_items_are_counted_once_and_skipped),
		cmocka_unit_test(an_item_that_changed_is_refused),
		cmocka_unit_test(an_item_that_fails_in_a_later_pass_is_counted),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
