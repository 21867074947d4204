/*
 * report_render.c - one tree, three forms that say the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/band.h"
#include "report/render.h"

static const char tree[] =
	"{\"format\": 1, \"tokens\": 12, \"codes\": 8, \"psnr_db\": null,"
	" \"psnr_db_infinite\": true, \"ssim\": 0.1,"
	" \"bits_per_pixel\": null,"
	" \"warnings\": [\"too few\"], \"stages\": ["
	"  {\"stage\": 0, \"tokens\": 12, \"codes\": 3, \"utilization\": 0.5},"
	"  {\"stage\": 1, \"tokens\": 12, \"codes\": 5, \"utilization\": null}"
	" ], \"items\": [{\"item\": \"b\\tad\", \"tokens\": 12, \"stages\": ["
	"  {\"stage\": 0, \"tokens\": 12}]}], \"routes\": []}";

/* malloc'd text of the tree in that form. */
static char *
render(const char *json, enum render as)
{
	char path[] = "/tmp/report_render.XXXXXX", *text = calloc(1, 8192);
	int fd = mkstemp(path);
	json_t *root = json_loads(json, 0, NULL);
	const struct breakdown_opts by = BREAKDOWN_INIT;
	struct output *o;
	struct err e;
	FILE *f;

	assert_true(fd >= 0 && root && text);
	close(fd);
	o = output_open(path, (struct output_opts){ .force = true }, &e);
	assert_non_null(o);
	assert_int_equal(render_report(root, as, &by, o, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	json_decref(root);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, 8191, f) > 0);
	fclose(f);
	unlink(path);
	return text;
}

static void
json_is_the_tree(void **state)
{
	char *text = render(tree, RENDER_JSON);
	json_t *got = json_loads(text, 0, NULL);
	json_t *want = json_loads(tree, 0, NULL);

	(void)state;
	assert_true(json_equal(got, want));
	json_decref(got);
	json_decref(want);
	free(text);
}

static void
tsv_is_rectangular_and_exact(void **state)
{
	char *text = render(tree, RENDER_TSV), *line, *rest = text;
	size_t lines = 0, tabs = 0;

	(void)state;
	assert_non_null(strstr(text, "\tinf\t0.1\t"));
	assert_non_null(strstr(text, "item\tb%09ad\t\t12"));
	assert_non_null(strstr(text, "stage\tb%09ad\t0\t12"));
	while ((line = strsep(&rest, "\n")) && *line) {
		size_t n = 0;

		for (char *p = line; (p = strchr(p, '\t')); p++)
			n++;
		assert_true(lines++ == 0 || n == tabs);
		tabs = n;
	}
	/* Head, total, two stages, an item and its stage. */
	assert_int_equal(lines, 6);
	free(text);
}

static void
text_is_short_and_aligned(void **state)
{
	char *text = render(tree, RENDER_TEXT);

	(void)state;
	assert_string_equal(text,
		"psnr_db     inf\n"
		"ssim     0.1000\n"
		"\n"
		"stage  tokens  codes   used%\n"
		"0          12      3  50.00%\n"
		"1          12      5       -\n"
		"total      12      8       -\n"
		"\n"
		"item    tokens\n"
		"b%09ad      12\n"
		"\n"
		"warning: too few\n");
	free(text);
}

static void
wide_tables_of_stages_go_on_below(void **state)
{
	char *text = render(
		"{\"perplexity\": 1e20, \"stages\": [{\"stage\": 0,"
		" \"perplexity\": 1e20, \"a_long_name_that_is_forty_letters_"
		"long_o\": 1, \"another_name_of_fifty_nine_letters_that_ends_"
		"the_first_line\": 2, \"codes\": 3}]}",
		RENDER_TEXT);

	(void)state;
	assert_string_equal(text,
		"\nstage  perplexity  a_long_name_that_is_forty_letters_long_o"
		"\n0          2^66.4                                         1"
		"\n\nstage  another_name_of_fifty_nine_letters_that_ends_the_"
		"first_line  codes"
		"\n0                                                          "
		"      2      3\n");
	free(text);
}

static void
bands_are_read_strictly(void **state)
{
	double low = -1, high = -1;

	(void)state;
	assert_int_equal(band_parse("8k", &low, &high), 0);
	assert_true(low == 0 && high == 8000);
	assert_int_equal(band_parse("300-3400", &low, &high), 0);
	assert_true(low == 300 && high == 3400);
	for (const char *const *bad = (const char *const[]){ "", "-", "9-",
		     "-9", "9-9", "9-8", "1-2-3", "x", "1 - 2",
		     "99999999999999999999999999999999999999-1", NULL };
		*bad; bad++)
		assert_int_equal(band_parse(*bad, &low, &high), -1);
	assert_true(low == 300 && high == 3400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_the_tree),
		cmocka_unit_test(tsv_is_rectangular_and_exact),
		cmocka_unit_test(text_is_short_and_aligned),
		cmocka_unit_test(wide_tables_of_stages_go_on_below),
		cmocka_unit_test(bands_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
