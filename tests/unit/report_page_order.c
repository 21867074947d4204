/*
 * report_page_order.c - the worst rows first, by what there is to judge by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/page_order.h"

/* want: the members "n" of the sorted rows, as digits. */
static void
sorts(const char *json, const char *want, const char *want_by)
{
	json_t *rows = json_loads(json, 0, NULL), *sorted;
	const char *by;

	assert_non_null(rows);
	sorted = page_order_worst(rows, &by);
	assert_int_equal(json_array_size(sorted), strlen(want));
	for (size_t i = 0; want[i]; i++)
		assert_int_equal(json_integer_value(json_object_get(
					 json_array_get(sorted, i), "n")),
			want[i] - '0');
	if (want_by)
		assert_string_equal(by, want_by);
	else
		assert_null(by);
	json_decref(sorted);
	json_decref(rows);
}

static void
low_quality_is_bad(void **state)
{
	(void)state;
	sorts("[{\"n\": 1, \"psnr_db\": 30, \"mse\": 9},"
	      " {\"n\": 2, \"psnr_db\": null, \"psnr_db_infinite\": true},"
	      " {\"n\": 3, \"psnr_db\": 20}, {\"n\": 4, \"psnr_db\": 30}]",
		"3142", "psnr_db");
	sorts("[{\"n\": 1, \"mse\": 0.1}, {\"n\": 2, \"mse\": 0.3}]", "21",
		"mse");
}

static void
utilization_is_held_against_what_even_use_shows(void **state)
{
	(void)state;
	/* A short item uses few codes, and is none the worse for it. */
	sorts("[{\"n\": 1, \"utilization\": 0.5,"
	      "  \"expected_utilization\": 1.0},"
	      " {\"n\": 2, \"utilization\": 0.09,"
	      "  \"expected_utilization\": 0.1}]",
		"12", "utilization");
}

static void
without_any_figure_the_order_stays(void **state)
{
	(void)state;
	sorts("[{\"n\": 2}, {\"n\": 1}, {\"n\": 3}]", "213", NULL);
	sorts("[]", "", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(low_quality_is_bad),
		cmocka_unit_test(
			utilization_is_held_against_what_even_use_shows),
		cmocka_unit_test(without_any_figure_the_order_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
