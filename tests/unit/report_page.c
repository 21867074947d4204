/*
 * report_page.c - a page of any tree: what is there is shown, what is not there
 * is no harm.
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

#include "report/page.h"

static const char path[] = "/tmp/report_page.test";

/* Pictures are long. */
#define PAGE_MAX ((size_t)4 << 20)

/* malloc'd page of the tree. */
static char *
page(const char *json)
{
	const struct page_opts o = { .path = path, .force = true };
	json_t *root = json_loads(json, 0, NULL);
	char *text = calloc(1, PAGE_MAX);
	struct err e;
	FILE *f;

	assert_true(root && text);
	assert_int_equal(page_file(root, &o, &e), 0);
	json_decref(root);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, PAGE_MAX - 1, f) > 0);
	fclose(f);
	unlink(path);
	return text;
}

static void
has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("not in the page: %s", part);
}

static void
lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("in the page: %s", part);
}

static void
an_empty_tree_is_a_page(void **state)
{
	char *text = page("{}");

	(void)state;
	has(text, "<h1>Report of vq-stats</h1>");
	has(text, "</html>");
	lacks(text, "<section");
	lacks(text, "<table");
	free(text);
	text = page("{\"stages\": 3, \"items\": {}, \"routes\": [1, null],"
		    " \"models\": [[]], \"training\": [{\"points\": 5}],"
		    " \"trace\": \"x\", \"against\": [], \"inputs\": [7],"
		    " \"conditions\": [{}], \"warnings\": []}");
	has(text, "</html>");
	free(text);
}

static void
names_of_strangers_do_no_harm(void **state)
{
	static const char evil[] =
		"{\"inputs\": [{\"item\": \"%s\", \"kind\": \"codes\"}],"
		" \"items\": [{\"item\": \"%s\", \"tokens\": 3}],"
		" \"warnings\": [\"%s\"], \"models\": [{\"item\": \"%s\"}],"
		" \"training\": [{\"item\": \"%s\", \"points\": [{\"%s\": 1}]}],"
		" \"conditions\": [{\"expression\": \"%s\", \"holds\": true,"
		"  \"values\": {\"%s\": 3}}],"
		" \"against\": {\"old\": \"%s\", \"%s\": [{\"%s\": 2}]}}";
	static const char n[] = "</title><script>'x'</script>\\\"\\u0007&";
	char json[4096], *text;

	(void)state;
	snprintf(json, sizeof(json), evil, n, n, n, n, n, n, n, n, n, n, n);
	text = page(json);
	lacks(text, "<script");
	lacks(text, "'x'");
	lacks(text, "\007");
	has(text,
		"<title>Report on &lt;/title&gt;&lt;script&gt;&#39;x&#39;"
		"&lt;/script&gt;&quot;\\x07&amp;</title>");
	free(text);
}

static void
each_part_has_its_section(void **state)
{
	char *text = page(
		"{\"tokens\": 12000, \"codes\": 4, \"used\": 2,"
		" \"perplexity\": 1.5, \"entropy_bias_bits\": 0.5,"
		" \"joint_used\": 2, \"psnr_db\": null,"
		" \"psnr_db_infinite\": true, \"ssim\": null, \"stages\":"
		"  [{\"stage\": 0, \"codes\": 4, \"used\": 2, \"perplexity\":"
		"    1.5, \"curve\": [{\"rank\": 1, \"count\": 11000},"
		"    {\"rank\": 2, \"count\": 1000}]}],"
		" \"routes\": [{\"layer\": 3, \"experts\": 2, \"paths\":"
		"  [{\"path\": \"all\", \"load\": [{\"expert\": 0,"
		"   \"share\": 0.5}, {\"expert\": 1, \"share\": 0.25}]}]}],"
		" \"conditions\": [{\"expression\": \"used < 3\","
		"  \"holds\": true, \"values\": {\"used\": 2}}]}");

	(void)state;
	has(text, "2 of 4 codes in use at N = 12,000; perplexity 1.5");
	has(text,
		"<code>used &lt; 3</code> <span class=\"bad\">holds: used "
		"2</span>");
	has(text, "<dt>tokens</dt><dd><bdi>12,000</bdi>");
	has(text, "<dt>psnr db</dt><dd><bdi>inf</bdi>");
	lacks(text, "ssim</dt>");
	lacks(text, "entropy bias");
	lacks(text, "joint");
	has(text, "<h3>Layer 3</h3>");
	has(text, "aria-label=\"codes by use");
	/* The largest share fills its bar. */
	has(text, "<rect width=\"100.00\" height=\"8\"/></svg>0.5000</td>");
	has(text, "<rect width=\"50.00\" height=\"8\"/></svg>0.2500</td>");
	has(text, "<th scope=\"col\" title=\"codes hit at least once\">used");
	free(text);
}

static void
long_tables_are_cut(void **state)
{
	char json[8192] = "{\"items\": [", *text;

	(void)state;
	for (int i = 0; i < 70; i++)
		sprintf(json + strlen(json),
			"%s{\"item\": \"n%d\", \"mse\": "
			"%d}",
			i ? "," : "", i, i);
	strcat(json, "]}");
	text = page(json);
	has(text, "Items, the worst first by mse");
	has(text, "<bdi>n69</bdi>");
	lacks(text, "<bdi>n19</bdi>");
	has(text, "and 20 more: --json has them all");
	free(text);
}

static void
what_cannot_be_asked_for_is_said(void **state)
{
	struct page_opts o = { .path = "-" };
	struct err e = { "" };

	(void)state;
	assert_int_equal(page_check(&o, NULL, &e), -1);
	assert_non_null(strstr(e.msg, "--html -"));
	assert_int_equal(page_check(&o, "-", &e), -1);
	assert_int_equal(page_check(&o, "x", &e), 0);
	o.path = "/no/such/folder/x";
	assert_int_equal(page_probe(&o, &e), -1);
	assert_non_null(strstr(e.msg, "--html: /no/such/folder/x"));
	o.path = NULL;
	assert_int_equal(page_check(&o, NULL, &e), 0);
	assert_int_equal(page_probe(&o, &e), 0);
	assert_int_equal(page_file(NULL, &o, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_tree_is_a_page),
		cmocka_unit_test(names_of_strangers_do_no_harm),
		cmocka_unit_test(each_part_has_its_section),
		cmocka_unit_test(long_tables_are_cut),
		cmocka_unit_test(what_cannot_be_asked_for_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
