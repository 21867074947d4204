/* Shards are disjoint, together everything, and told by the name alone. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "util/shard.h"

static struct err e;

static void
each_name_is_in_the_one_shard_of_its_crc32(void **state)
{
	char name[32];

	(void)state;
	for (size_t n = 1; n < 40; n += 3) {
		size_t most = 0;

		for (size_t i = 1; i <= n; i++) {
			struct shard s = { i, n };
			size_t has = 0;

			for (int k = 0; k < 4000; k++) {
				uLong c;

				snprintf(name, sizeof(name), "a/%d.png", k);
				c = crc32(0, (void *)name, (uInt)strlen(name));
				assert_int_equal(
					shard_has(&s, name), c % n == i - 1);
				has += shard_has(&s, name);
			}
			most = has > most ? has : most;
		}
		assert_true(most < 2 * 4000 / n);
	}
	assert_true(shard_has(&(struct shard){ 0 }, "any"));
}

/* The one part of 997 that a name is of. */
static size_t
part_of(const char *name)
{
	struct shard s = { 1, 997 };

	while (!shard_has(&s, name))
		s.index++;
	return s.index;
}

static void
it_is_of_raw_bytes_however_slashes_and_dots_are_written(void **state)
{
	static const struct {
		const char *name, *sums;
	} of[] = {
		{ "in/a.png", "in/a.png" },
		{ "./in/a.png", "in/a.png" },
		{ "in//a.png", "in/a.png" },
		{ "././/in/.//a.png", "in/a.png" },
		{ "/in/a.png", "in/a.png" },
		{ "//in/a.png/", "in/a.png" },
		{ "../in/a.png", "../in/a.png" },
		{ "in/../a.png", "in/../a.png" },
		{ "in/.a/..b/c.", "in/.a/..b/c." },
		{ "in/100%25.png", "in/100%.png" },
		{ "two%0Alines", "two\nlines" },
		{ "%FF%E9", "\xff\xe9" },
		{ "%2E/in/a.png", "in/a.png" },
		{ "./", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		const char *t = of[i].sums;

		assert_int_equal(part_of(of[i].name),
			crc32(0, (const void *)t, (uInt)strlen(t)) % 997 + 1);
	}
}

static void
what_is_no_part_is_refused(void **state)
{
	static const char *const bad[] = { "", "x", "1", "1/", "/3", "0/4",
		"5/4", "0/0", "1/0", "-1/3", "+1/3", " 1/3", "1/3 ", "1/3/3",
		"1k/2k", "1.0/2", "1/1000001", "1/99999999999999999999" };
	struct shard s = { 7, 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(shard_parse(bad[i], &s, &e), -1);
	assert_int_equal(s.index, 7);
	assert_int_equal(shard_parse("3/16", &s, &e), 0);
	assert_true(s.index == 3 && s.count == 16);
	assert_int_equal(shard_parse("1000000/1000000", &s, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_is_in_the_one_shard_of_its_crc32),
		cmocka_unit_test(
			it_is_of_raw_bytes_however_slashes_and_dots_are_written),
		cmocka_unit_test(what_is_no_part_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
