/*
 * report_match.c - which reference belongs to which decoded item.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "report/match.h"

static char dir[] = "/tmp/report_match.XXXXXX";

static void
touch(const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
}

static int
make_tree(void **state)
{
	char path[256];

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (const char *const *d = (const char *const[]){ "cats", "dogs",
		     "deep", "deep/cats", NULL };
		*d; d++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *d);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	touch("top.png");
	touch("cats/1.png");
	touch("cats/2.png");
	touch("dogs/1.png");
	touch("dogs/only.flac");
	touch("deep/cats/9.png");
	touch("two.wav");
	touch("two.flac");
	return 0;
}

static int
remove_tree(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* want NULL: refused; else the tail of what is found. */
static void
expect(const struct match *m, const char *rel, const char *whole,
	const char *want)
{
	struct err e = { "" };
	const char *got = match_find(m, rel, whole, &e);

	if (!want) {
		assert_null(got);
		assert_true(e.msg[0] != '\0');
		return;
	}
	assert_non_null(got);
	assert_string_equal(got + strlen(dir) + 1, want);
}

static void
names_are_matched_from_the_end(void **state)
{
	struct err e;
	struct match *m = match_open(dir, &e);

	(void)state;
	assert_non_null(m);
	assert_null(match_only(m));
	expect(m, "top.png", "out/top.png", "top.png");
	expect(m, "photos/top.png", "out/photos/top.png", "top.png");
	expect(m, "cats/1.png", "out/cats/1.png", "cats/1.png");
	expect(m, "a/dogs/1.png", "a/dogs/1.png", "dogs/1.png");
	expect(m, "9.png", "9.png", "deep/cats/9.png");
	expect(m, "only.wav", "only.wav", "dogs/only.flac");
	expect(m, "two.wav", "two.wav", "two.wav");
	match_close(m);
}

static void
doubtful_names_are_refused(void **state)
{
	struct err e;
	struct match *m = match_open(dir, &e);

	(void)state;
	expect(m, "1.png", "1.png", NULL);
	expect(m, "birds/1.png", "out/birds/1.png", NULL);
	expect(m, "two.png", "two.png", NULL);
	expect(m, "none.png", "none.png", NULL);
	expect(m, "op.png", "op.png", NULL);
	expect(m, "top.png.png", "top.png.png", NULL);
	/* The path of a file operand decides where its name does not. */
	expect(m, "1.png", "out/dogs/1.png", "dogs/1.png");
	match_close(m);
}

static void
a_file_is_the_only_reference(void **state)
{
	char path[256];
	struct err e;
	struct match *m;

	(void)state;
	snprintf(path, sizeof(path), "%s/top.png", dir);
	m = match_open(path, &e);
	assert_non_null(m);
	assert_string_equal(match_only(m), path);
	match_close(m);
	snprintf(path, sizeof(path), "%s/missing", dir);
	m = match_open(path, &e);
	/* A list of a file that is not there is found out when it is read. */
	match_close(m);
}

static void
paths_are_relative_to_their_operand(void **state)
{
	char *operands[] = { "out", "/a/b/", "out/deeper" };

	(void)state;
	assert_string_equal(
		match_relative("out/x/y.png", operands, 2), "x/y.png");
	assert_string_equal(
		match_relative("out/deeper/y.png", operands, 3), "y.png");
	assert_string_equal(match_relative("/a/b/y.png", operands, 3), "y.png");
	assert_string_equal(
		match_relative("/a/bc/y.png", operands, 3), "y.png");
	assert_string_equal(match_relative("out", operands, 3), "out");
	assert_string_equal(
		match_relative("other/y.png", operands, 3), "y.png");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_matched_from_the_end),
		cmocka_unit_test(doubtful_names_are_refused),
		cmocka_unit_test(a_file_is_the_only_reference),
		cmocka_unit_test(paths_are_relative_to_their_operand),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
