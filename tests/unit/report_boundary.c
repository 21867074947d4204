/* report_boundary.c - the least margins, against a sort of all. */
#include "numbers.h"

#include "report/boundary.h"
#include "stats/load.h"

struct token {
	float margin;
	size_t row;
};

static int
compare(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	if (x->margin != y->margin)
		return x->margin < y->margin ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

static size_t
row_of(const json_t *table, size_t i)
{
	const json_t *o = json_array_get(table, i);

	return (size_t)json_integer_value(json_object_get(o, "row"));
}

/* Few different margins, so that ties decide; some are no numbers. */
static void
the_least_of_many_come_in_order(void **state)
{
	struct rng r = seeded("the_least_of_many_come_in_order");

	(void)state;
	for (size_t run = 0; run < 60; run++) {
		size_t n = between(&r, 0, 300), known = 0;
		struct boundary b = { .limit = between(&r, 0, 40) };
		struct token t[300];
		json_t *table;

		for (size_t i = 0; i < n; i++) {
			float m = (float)between(&r, 0, 30);

			if (m > 28)
				m = m > 29 ? INFINITY : NAN;
			else
				t[known++] = (struct token){ m, i };
			boundary_add(&b,
				(struct boundary_token){
					.margin = m, .row = i },
				"item");
		}
		qsort(t, known, sizeof(*t), compare);
		table = boundary_table(&b);
		assert_int_equal(json_array_size(table),
			known < b.limit ? known : b.limit);
		for (size_t i = 0; i < json_array_size(table); i++)
			assert_int_equal(row_of(table, i), t[i].row);
		json_decref(table);
		boundary_free(&b);
	}
}

static void
a_line_says_where_the_token_is(void **state)
{
	struct boundary b = { .limit = 2 };
	json_t *got,
		*want = json_loads("[{\"item\": \"a\", \"row\": 7, \"code\": 3,"
				   " \"expert\": null, \"margin\": 0.5},"
				   " {\"item\": \"b\", \"row\": 1, \"code\": 9,"
				   " \"expert\": 4, \"margin\": 2.0}]",
			0, NULL);

	(void)state;
	boundary_add(&b, (struct boundary_token){ 2, 1, 0, NULL, 9, 4 }, "b");
	boundary_add(&b, (struct boundary_token){ 8, 2, 0, NULL, 9, 4 }, "c");
	boundary_add(&b,
		(struct boundary_token){ 0.5f, 7, 0, NULL, 3, LOAD_DROPPED },
		"a");
	got = boundary_table(&b);
	assert_true(json_equal(got, want));
	json_decref(got);
	json_decref(want);
	boundary_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_of_many_come_in_order),
		cmocka_unit_test(a_line_says_where_the_token_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
