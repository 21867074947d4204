#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "util/mem.h"
#include "util/names.h"
#include "util/rng.h"

static void
assert_text(char *got, const char *want)
{
	assert_string_equal(got, want);
	free(got);
}

static void
escaping_keeps_what_is_plain(void **state)
{
	(void)state;
	assert_text(names_escape("a/b c.png"), "a/b c.png");
	assert_text(names_escape("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"),
		"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
	assert_text(names_escape("100%\n\x7f\xff"), "100%25%0A%7F%FF");
	assert_text(names_escape("\xc3"), "%C3");
	assert_text(names_escape("\xed\xa0\x80"), "%ED%A0%80");
	assert_text(names_escape(""), "");
}

static void
unescaping_leaves_the_malformed(void **state)
{
	(void)state;
	assert_text(names_unescape("100%25%0a%FF"), "100%\n\xff");
	assert_text(names_unescape("a%00b%"), "a%00b%");
	assert_text(names_unescape("%4%zz%4"), "%4%zz%4");
	assert_text(names_unescape("%2541"), "%41");
}

static void
random_bytes_survive_the_round_trip(void **state)
{
	struct rng r;
	char raw[64];

	(void)state;
	print_message("seed 5\n");
	rng_seed(&r, 5, 0);
	for (int i = 0; i < 20000; i++) {
		size_t n = rng_below(&r, sizeof(raw));
		char *text, *back;

		for (size_t j = 0; j < n; j++) {
			raw[j] = (char)(1 + rng_below(&r, 255));
			if (rng_below(&r, 2)) /* lead bytes and '%' */
				raw[j] = "%\xc3\xa4\xe0\x80\xed\xf0\xf4"
					[rng_below(&r, 8)];
		}
		raw[n] = '\0';
		text = names_escape(raw);
		back = names_unescape(text);
		assert_string_equal(back, raw);
		free(text);
		free(back);
	}
}

static void
utf8_is_judged_strictly(void **state)
{
	static const struct {
		const char *s;
		bool good;
	} t[] = {
		{ "", true },
		{ "~", true },
		{ "\xc2\xa0", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\x80", false },
		{ "\xc0\xaf", false },
		{ "\xc1\xbf", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xed\xa0\x80", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xf4\x90\x80\x80", false },
		{ "\xf5\x80\x80\x80", false },
		{ "\xff", false },
		{ "\xc2", false },
		{ "\xe2\x82", false },
		{ "\xe2\x82"
		  "a",
			false },
		{ "\xf0\x9f\x98", false },
		{ "\xf0\x9f\x98"
		  "a",
			false },
		{ "\xc2"
		  "a",
			false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		/* to its exact size, so that a sanitizer sees a read past */
		char *s = mem_strdup(t[i].s), *text = names_escape(s);

		if ((strcmp(text, s) == 0) != t[i].good)
			fail_msg("case %zu", i);
		free(text);
		free(s);
	}
}

static void
a_terminal_gets_no_control_bytes(void **state)
{
	(void)state;
	assert_text(names_printable("50% gr\xc3\xbc\xc3\x9f"),
		"50% gr\xc3\xbc\xc3\x9f");
	assert_text(names_printable("\033[2J\r\n\xc2\x9b"
				    "1m\xc2\xa0"),
		"%1B[2J%0D%0A%C2%9B1m\xc2\xa0");
	assert_text(names_printable("\xe2\x80\xae.\xe2\x80\xa6\xe2\x81\xa6"),
		"%E2%80%AE.\xe2\x80\xa6%E2%81%A6");
	assert_text(names_printable("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f"),
		"%D8%9C%E2%80%8E%E2%80%8F");
	assert_text(names_printable("\xe2\x80\xa8|\xe2\x80\xa9"),
		"%E2%80%A8|%E2%80%A9");
}

/* Of all characters of two and three bytes. */
static void
just_these_marks_are_known(void **state)
{
	size_t marks = 0;

	(void)state;
	for (unsigned c = 0x80; c < 0x10000; c++) {
		unsigned char s[3] = { (unsigned char)(0xe0 | c >> 12),
			(unsigned char)(0x80 | (c >> 6 & 0x3f)),
			(unsigned char)(0x80 | (c & 0x3f)) };
		bool want = c < 0xa0 || c == 0x61c || c == 0x200e ||
			c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
			(c >= 0x2066 && c <= 0x2069);

		if (c < 0x800) {
			s[0] = (unsigned char)(0xc0 | c >> 6);
			s[1] = s[2];
		}
		if (names_is_mark(s, c < 0x800 ? 2 : 3) != want)
			fail_msg("U+%04X", c);
		marks += want;
	}
	assert_int_equal(marks, 32 + 1 + 2 + 7 + 4);
}

static void
output_paths_stay_below_the_directory(void **state)
{
	static const struct {
		const char *dir, *item, *suffix, *path;
	} t[] = {
		{ "out", "a.png", ".codes", "out/a.png.codes" },
		{ "out/", "/a/b.png", ".codes", "out/a/b.png.codes" },
		{ "out", "../../etc/passwd", "", "out/__/__/etc/passwd" },
		{ "out", "./a/././b//c/", ".npy", "out/a/b/c.npy" },
		{ "out", "..", ".x", "out/__.x" },
		{ "out", "...", ".x", "out/....x" },
		{ "out", "a/..", NULL, "out/a/__" },
		{ "out", "/", ".x", "out/_.x" },
		{ "out", "", ".x", "out/_.x" },
		{ "/", "a", "", "/a" },
		{ "//", "/a", "", "/a" },
		{ ".", "a", "", "./a" },
		{ "", "a", "", "./a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		assert_text(names_output_path(t[i].dir, t[i].item, t[i].suffix),
			t[i].path);
}

static void
extensions_are_replaced_or_appended(void **state)
{
	(void)state;
	assert_text(names_extension("a/b.flac", "wav"), "a/b.wav");
	assert_text(names_extension("a.b/c", "wav"), "a.b/c.wav");
	assert_text(names_extension("c.tar.gz", "x"), "c.tar.x");
	assert_text(names_extension(".hidden", "x"), ".hidden.x");
	assert_text(names_extension("a/.hidden.png", "x"), "a/.hidden.x");
	assert_text(names_extension("a.", "x"), "a.x");
}

static void
a_set_knows_its_names(void **state)
{
	struct names_set *s = names_set_open();
	char name[32];

	(void)state;
	for (int twice = 0; twice < 2; twice++)
		for (int i = 0; i < 5000; i++) {
			snprintf(name, sizeof(name), "n/%d", i);
			assert_int_equal(names_set_add(s, name), !twice);
		}
	assert_true(names_set_add(s, ""));
	assert_false(names_set_add(s, ""));
	names_set_close(s);
	names_set_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaping_keeps_what_is_plain),
		cmocka_unit_test(unescaping_leaves_the_malformed),
		cmocka_unit_test(random_bytes_survive_the_round_trip),
		cmocka_unit_test(utf8_is_judged_strictly),
		cmocka_unit_test(a_terminal_gets_no_control_bytes),
		cmocka_unit_test(just_these_marks_are_known),
		cmocka_unit_test(output_paths_stay_below_the_directory),
		cmocka_unit_test(extensions_are_replaced_or_appended),
		cmocka_unit_test(a_set_knows_its_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
