/*
 * report_markup.c - what strangers wrote stays text.
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

#include "report/markup.h"

static const char path[] = "/tmp/report_markup.test";

static struct markup
begin(void)
{
	struct err e;
	struct markup m = { .out = output_open(path,
				    (struct output_opts){ .force = true },
				    &e) };

	assert_non_null(m.out);
	return m;
}

static void
wrote(struct markup *m, const char *want)
{
	char got[4096] = "";
	struct err e;
	FILE *f;

	assert_int_equal(markup_status(m, &e), 0);
	assert_int_equal(output_commit(m->out, &e), 0);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(got, 1, sizeof(got) - 1, f) <= sizeof(got) - 1);
	fclose(f);
	unlink(path);
	assert_string_equal(got, want);
}

static void
is_written(const char *text, const char *want)
{
	struct markup m = begin();

	markup_text(&m, text);
	wrote(&m, want);
}

static void
markup_of_strangers_is_text(void **state)
{
	(void)state;
	is_written("<script>alert(\"1\")</script> & 'x'",
		"&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; "
		"&#39;x&#39;");
	is_written(
		"caf\u00e9 \u6f22 \U0001f600", "caf\u00e9 \u6f22 \U0001f600");
	is_written("", "");
}

static void
what_is_no_character_is_shown(void **state)
{
	(void)state;
	is_written("a\001\033[1m\tb\n\177", "a\\x01\\x1b[1m\\x09b\\x0a\\x7f");
	/* Cut short, too long, a surrogate, beyond the last one, a tail alone;
	 * each byte by itself. */
	is_written("\xc3", "\\xc3");
	is_written("\xe2\x82z", "\\xe2\\x82z");
	is_written("\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf");
	is_written("\xed\xa0\x80", "\\xed\\xa0\\x80");
	is_written(
		"\xf4\x90\x80\x80\xff\x80", "\\xf4\\x90\\x80\\x80\\xff\\x80");
	/* No characters of XML, or of HTML; and what turns the text round. */
	is_written("\xef\xbf\xbe\xef\xb7\x90\xc2\x85", "\\ufffe\\ufdd0\\u0085");
	is_written("\u202egnp.exe\u2069\u200f", "\\u202egnp.exe\\u2069\\u200f");
}

static void
elements_close_without_their_attributes(void **state)
{
	struct markup m = begin();

	(void)state;
	markup_element(&m, "p class=\"x\"", "a<b");
	markup_format(&m, "<b>%d</b>", 7);
	markup_raw(&m, "<br/>");
	wrote(&m, "<p class=\"x\">a&lt;b</p><b>7</b><br/>");
}

static void
data_are_base64(void **state)
{
	struct markup m = begin();

	(void)state;
	/* RFC 4648, section 10, and all bits. */
	markup_data(&m, "a/b", "foobar", 6);
	markup_data(&m, "a/b", "fooba", 5);
	markup_data(&m, "a/b", "foob", 4);
	markup_data(&m, "a/b", "\xff\xef\xbf\x00", 4);
	markup_data(&m, "a/b", "", 0);
	wrote(&m,
		"data:a/b;base64,Zm9vYmFydata:a/b;base64,Zm9vYmE="
		"data:a/b;base64,Zm9vYg==data:a/b;base64,/++/AA=="
		"data:a/b;base64,");
}

static void
a_full_disk_is_told_once(void **state)
{
	struct err e = { "" };
	struct markup m = { .out = output_open("/dev/full",
				    (struct output_opts){ .force = true },
				    &e) };

	(void)state;
	if (!m.out)
		skip();
	for (int i = 0; i < 1000000 && m.status == 0; i++)
		markup_text(&m, "many words, more than any buffer holds");
	assert_int_equal(markup_status(&m, &e), -1);
	assert_non_null(strstr(e.msg, "No space"));
	markup_raw(&m, "no more");
	output_abort(m.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_of_strangers_is_text),
		cmocka_unit_test(what_is_no_character_is_shown),
		cmocka_unit_test(elements_close_without_their_attributes),
		cmocka_unit_test(data_are_base64),
		cmocka_unit_test(a_full_disk_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
