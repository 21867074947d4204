/* Where a model is that is named without a path. */
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

#include "model/model_find.h"

static char top[] = "/tmp/vq-test-find-XXXXXX";

static void
touch(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
}

/* Folders a and b; both have twice.vq, b has also only.vq, plain and a hidden
 * file; a has a folder that is called as a model. */
static int
build(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(top));
	assert_int_equal(chdir(top), 0);
	assert_int_equal(mkdir("a", 0777), 0);
	assert_int_equal(mkdir("b", 0777), 0);
	assert_int_equal(mkdir("a/only.vq", 0777), 0);
	assert_int_equal(mkdir("here", 0777), 0);
	touch("a/twice.vq");
	touch("b/twice.vq");
	touch("b/only.vq");
	touch("b/plain");
	touch("b/here");
	touch("b/.hidden.vq");
	touch("twice");
	return 0;
}

static int
clear(void **state)
{
	static const char *const files[] = { "a/twice.vq", "b/twice.vq",
		"b/only.vq", "b/plain", "b/here", "b/.hidden.vq", "twice" };
	static const char *const folders[] = { "a/only.vq", "a", "b", "here",
		top };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		unlink(files[i]);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		rmdir(folders[i]);
	return 0;
}

static int
look_in(const char *folders)
{
	return setenv("VQ_MODEL_PATH", folders, 1);
}

static void
assert_found(const char *name, const char *want)
{
	struct err e = { "" };
	char *got = model_find(name, &e);

	if (!got)
		print_error("%s: %s\n", name, e.msg);
	assert_non_null(got);
	assert_string_equal(got, want);
	free(got);
}

static void
assert_missing(const char *name, const char *said)
{
	struct err e = { "" };
	char *got = model_find(name, &e);

	assert_null(got);
	if (!strstr(e.msg, said))
		print_error("%s\n", e.msg);
	assert_non_null(strstr(e.msg, said));
}

static void
what_exists_or_is_a_path_stays(void **state)
{
	(void)state;
	look_in("b");
	assert_found("twice", "twice");
	assert_found("no/such", "no/such");
	assert_found("./only", "./only");
	assert_found("-", "-");
	assert_found("", "");
}

static void
folders_are_tried_in_order(void **state)
{
	(void)state;
	look_in("a:b");
	assert_found("twice.vq", "a/twice.vq");
	look_in("b:a");
	assert_found("twice.vq", "b/twice.vq");
	look_in(":no::b:");
	assert_found("plain", "b/plain");
	assert_found("only", "b/only.vq");
}

static void
a_folder_is_no_model(void **state)
{
	(void)state;
	look_in("a:b");
	assert_found("only", "b/only.vq");
	assert_found("here", "b/here");
}

static void
the_message_says_where_and_what_is_near(void **state)
{
	(void)state;
	look_in("a:b");
	assert_missing("onli", "did you mean only?");
	assert_missing(
		"onyl", "No such file, and no model of that name in a, b");
	assert_missing("nothing-like-it", "a, b");
	look_in("b");
	assert_missing("hidden", "in b");
}

static void
in_a_build_folder_the_tree_is_the_installation(void **state)
{
	struct strlist l = { 0 };
	const char *last;

	(void)state;
	unsetenv("VQ_MODEL_PATH");
	model_find_folders(&l);
	assert_int_equal(l.count, 1);
	last = l.item[0] + strlen(l.item[0]) - strlen("/data/models");
	assert_string_equal(last, "/data/models");
	strlist_free(&l);
	look_in("a:b");
	model_find_folders(&l);
	assert_int_equal(l.count, 3);
	assert_string_equal(l.item[0], "a");
	assert_string_equal(l.item[1], "b");
	strlist_free(&l);
}

static void
all_are_listed_by_folder_and_name(void **state)
{
	struct strlist l = { 0 };

	(void)state;
	look_in("a:b");
	model_find_all(&l);
	assert_true(l.count >= 3);
	assert_string_equal(l.item[0], "a/twice.vq");
	assert_string_equal(l.item[1], "b/only.vq");
	assert_string_equal(l.item[2], "b/twice.vq");
	strlist_free(&l);
}

static void
names_are_without_folder_and_suffix(void **state)
{
	static const char *const pairs[][2] = { { "a/b.vq", "b" }, { "b", "b" },
		{ "/x/y.vq.vq", "y.vq" }, { ".vq", ".vq" } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *name = model_find_name(pairs[i][0]);

		assert_string_equal(name, pairs[i][1]);
		free(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_exists_or_is_a_path_stays),
		cmocka_unit_test(folders_are_tried_in_order),
		cmocka_unit_test(a_folder_is_no_model),
		cmocka_unit_test(the_message_says_where_and_what_is_near),
		cmocka_unit_test(
			in_a_build_folder_the_tree_is_the_installation),
		cmocka_unit_test(all_are_listed_by_folder_and_name),
		cmocka_unit_test(names_are_without_folder_and_suffix),
	};

	return cmocka_run_group_tests(tests, build, clear);
}
