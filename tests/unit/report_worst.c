/*
 * report_worst.c - the worst rows first, by what there is to judge by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/worst.h"

/* want: the members "n" of the sorted rows, as digits. */
static void
sorted_by(const char *ask, const char *json, const char *want,
	const char *want_by)
{
	json_t *rows = json_loads(json, 0, NULL), *sorted;
	const char *by = ask;

	assert_non_null(rows);
	sorted = worst_first(rows, &by);
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
sorts(const char *json, const char *want, const char *want_by)
{
	sorted_by(NULL, json, want, want_by);
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
a_large_distance_and_a_low_perplexity_are_bad(void **state)
{
	(void)state;
	sorts("[{\"n\": 1, \"log_spectral_distance_db\": 3, \"snr_db\": 1},"
	      " {\"n\": 2, \"log_spectral_distance_db\": 5, \"snr_db\": 9}]",
		"21", "log_spectral_distance_db");
	sorts("[{\"n\": 1, \"perplexity\": 5}, {\"n\": 2},"
	      " {\"n\": 3, \"perplexity\": 2}]",
		"312", "perplexity");
}

static void
the_figure_that_is_asked_for_decides(void **state)
{
	const char *rows = "[{\"n\": 1, \"dead\": 3, \"item\": \"b\"},"
			   " {\"n\": 2, \"dead\": 7, \"item\": \"c\"},"
			   " {\"n\": 3, \"perplexity\": 2, \"item\": \"a\"}]";

	(void)state;
	sorted_by("dead", rows, "213", "dead");
	sorted_by("perplexity", rows, "312", "perplexity");
	sorted_by("item", rows, "312", "item");
	sorted_by("psnr_db", rows, "123", "psnr_db");
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
		cmocka_unit_test(a_large_distance_and_a_low_perplexity_are_bad),
		cmocka_unit_test(the_figure_that_is_asked_for_decides),
		cmocka_unit_test(without_any_figure_the_order_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
