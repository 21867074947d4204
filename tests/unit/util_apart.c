/*
 * util_apart.c - files that would overwrite each other are told, by whatever
 * names they go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/apart.h"

static void
touch(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
}

static int
enter(void **state)
{
	char folder[] = "/tmp/apart.XXXXXX";

	(void)state;
	if (!mkdtemp(folder) || chdir(folder) != 0 || mkdir("sub", 0700) != 0)
		return -1;
	touch("there");
	touch("other");
	return symlink("there", "link");
}

static int
leave(void **state)
{
	char here[200];

	(void)state;
	unlink("there");
	unlink("other");
	unlink("link");
	rmdir("sub");
	return getcwd(here, sizeof(here)) ? rmdir(here) : -1;
}

/* Both are written. */
static int
two(const char *a, const char *b, struct err *e)
{
	const struct apart_file written[] = { { "-a", a, .grows = false },
		{ "-b", b, .grows = false } };
	const struct strlist none = { 0 };

	return apart_check(written, 2, NULL, 0, &none, e);
}

static void
two_files_that_are_written_must_differ(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(two("there", "other", &e), 0);
	assert_int_equal(two("there", NULL, &e), 0);
	assert_int_equal(two("there", "./there", &e), -1);
	assert_string_equal(e.msg, "-b: ./there is the file of -a too");
	assert_int_equal(two("link", "sub/../there", &e), -1);
	assert_int_equal(two("new", "./new", &e), -1);
	assert_int_equal(two("new", "sub/../new", &e), -1);
	assert_int_equal(two("new", "sub/new", &e), 0);
	assert_int_equal(two("no/new", "no/new", &e), 0);
	assert_int_equal(two("-", "-", &e), 0);
	assert_int_equal(two("/dev/null", "/dev/null", &e), 0);
}

static void
what_is_read_may_not_be_written_but_may_grow(void **state)
{
	struct apart_file written = { "-o", "there", .grows = false };
	const struct apart_file read = { "-m", "link", .grows = false };
	struct strlist operands = { 0 };
	struct err e;

	(void)state;
	strlist_add(&operands, "-");
	strlist_add(&operands, "other");
	assert_int_equal(apart_check(&written, 1, NULL, 0, &operands, &e), 0);
	assert_int_equal(apart_check(&written, 1, &read, 1, &operands, &e), -1);
	assert_string_equal(e.msg, "-o: there is the file of -m too");
	written.grows = true;
	assert_int_equal(apart_check(&written, 1, &read, 1, &operands, &e), 0);
	strlist_add(&operands, "./there");
	assert_int_equal(apart_check(&written, 1, NULL, 0, &operands, &e), -1);
	assert_string_equal(e.msg, "-o: there is an operand too");
	written.grows = false;
	written.after = true;
	assert_int_equal(apart_check(&written, 1, &read, 1, &operands, &e), 0);
	strlist_free(&operands);
}

static void
what_is_read_and_is_not_there_is_no_file(void **state)
{
	const struct apart_file written = { "-o", "name", .grows = false };
	const struct apart_file read = { "-m", "name", .grows = false };
	const struct strlist none = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(apart_check(&written, 1, &read, 1, &none, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_files_that_are_written_must_differ),
		cmocka_unit_test(what_is_read_may_not_be_written_but_may_grow),
		cmocka_unit_test(what_is_read_and_is_not_there_is_no_file),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
