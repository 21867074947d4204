#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/mem.h"
#include "util/operands.h"

static char dir[] = "/tmp/operandsXXXXXX";
static struct strlist list;
static struct err e;
static char bad[4096];

static void
note_bad(void *arg, const char *path, const char *reason)
{
	size_t n = strlen(bad);

	assert_ptr_equal(arg, &list);
	snprintf(bad + n, sizeof(bad) - n, "%s: %s\n", path, reason);
}

/* Expand "a b c"; the answer is in list, joined it is compared to want. */
static int
expand(const char *line, const char *files_from, bool null)
{
	char *copy = mem_strdup(line), *argv[32];
	size_t argc = 0;
	int r;

	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	strlist_free(&list);
	bad[0] = '\0';
	r = operands_maybe(
		&list, argv, argc, files_from, null, note_bad, &list, &e);
	free(copy);
	return r;
}

static void
assert_list(const char *want)
{
	char got[4096] = "";

	for (size_t i = 0; i < list.count; i++) {
		size_t n = strlen(got);

		snprintf(got + n, sizeof(got) - n, "%s%s", i ? " " : "",
			list.item[i]);
	}
	assert_string_equal(got, want);
}

static void
put(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void
no_operand_is_stdin(void **state)
{
	(void)state;
	assert_int_equal(expand("", NULL, false), 0);
	assert_list("-");
	assert_int_equal(expand("b - no/such a b", NULL, false), 0);
	assert_list("b - no/such a b");
	assert_string_equal(bad, "");
}

static void
a_directory_is_walked_in_the_order_of_bytes(void **state)
{
	(void)state;
	assert_int_equal(expand("x tree y", NULL, false), 0);
	assert_list("x tree/B tree/a/1 tree/a/10 tree/a/2 tree/a.png tree/b "
		    "tree/filelink y");
	assert_string_equal(bad, "");
	assert_int_equal(expand("tree/a/", NULL, false), 0);
	assert_list("tree/a/1 tree/a/10 tree/a/2");
}

static void
links_to_directories_are_walked_only_as_operands(void **state)
{
	(void)state;
	assert_int_equal(expand("tree/loop", NULL, false), 0);
	assert_list("tree/loop/B tree/loop/a/1 tree/loop/a/10 tree/loop/a/2 "
		    "tree/loop/a.png tree/loop/b tree/loop/filelink");
}

static void
directories_without_files_are_reported(void **state)
{
	(void)state;
	assert_int_equal(mkdir("empty", 0700) | mkdir("empty/sub", 0700), 0);
	put("empty/.hidden", "", 0);
	assert_int_equal(mkfifo("empty/fifo", 0600), 0);
	assert_int_equal(expand("empty tree/a/1", NULL, false), 0);
	assert_list("tree/a/1");
	assert_string_equal(bad, "empty: no file in this directory\n");
	assert_int_equal(symlink("nowhere", "empty/dangling"), 0);
	assert_int_equal(expand("empty", NULL, false), 0);
	assert_string_equal(bad, "empty/dangling: No such file or directory\n");
}

static void
a_list_holds_any_names(void **state)
{
	(void)state;
	put("l", "one two\n\n- \ntree/a\nlast", 23);
	assert_int_equal(expand("first", "l", false), 0);
	assert_list("first one two -  tree/a/1 tree/a/10 tree/a/2 last");
	assert_int_equal(list.count, 7);
	put("l0", "a\nb\0c\0\0d", 8);
	assert_int_equal(expand("", "l0", true), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.item[0], "a\nb");
	assert_string_equal(list.item[2], "d");
}

static void
a_bad_list_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(expand("a", "no/list", false), -1);
	assert_string_equal(e.msg, "no/list: No such file or directory");
	assert_int_equal(expand("a", "tree", false), -1);
	assert_string_equal(e.msg, "tree: is a directory");
	put("l", "a\nb\0c\n", 6);
	assert_int_equal(expand("", "l", false), -1);
	assert_string_equal(e.msg, "l: a NUL byte at byte 3 (see -0/--null)");
	put("l", "\n\n", 2);
	assert_int_equal(expand("a", "l", false), 1);
	assert_string_equal(e.msg, "l: no name in it");
	assert_list("a");
	assert_int_equal(expand("", "/dev/zero", false), -1);
	assert_int_equal(expand("", "/dev/null", false), 1);
	char *big = mem_alloc(9000, 1);

	memset(big, 'x', 9000);
	memcpy(big, "ab\n", 3);
	put("l", big, 9000);
	assert_int_equal(expand("", "l", false), -1);
	assert_string_equal(e.msg, "l: a name longer than any path at byte 3");
	free(big);
}

static void
a_list_made_for_others_is_told_from_bad_names(void **state)
{
	static const char crlf[] = "l: its lines end with CR LF: ";
	static const char lines[] = "if it has one name a line, leave -0/";
	char *big = mem_alloc(9000, 1);

	(void)state;
	put("l", "tree/a/1\r\ntree/a/2\r\n", 20);
	assert_int_equal(expand("", "l", false), -1);
	assert_memory_equal(e.msg, crlf, strlen(crlf));
	put("l", "none\r\n\r\n", 8);
	assert_int_equal(expand("", "l", false), 0);
	assert_list("none\r \r");
	put("l", "tree/a/1\ntree/a/2\n", 18);
	assert_int_equal(expand("", "l", true), -1);
	assert_non_null(strstr(e.msg, lines));
	memset(big, '\n', 9000);
	put("l", big, 9000);
	assert_int_equal(expand("", "l", true), -1);
	assert_non_null(strstr(e.msg, lines));
	free(big);
	/* Names that are so. */
	put("tree/d\r", "", 0);
	put("tree/e\nf", "", 0);
	put("l", "tree/d\r\n", 8);
	assert_int_equal(expand("", "l", false), 0);
	put("l", "tree/e\nf", 8);
	assert_int_equal(expand("", "l", true), 0);
	put("l", "no\nne\0", 6);
	assert_int_equal(expand("", "l", true), 0);
	unlink("tree/d\r");
	unlink("tree/e\nf");
}

static void
stdin_stands_for_one_thing(void **state)
{
	int keep = dup(0), fd;

	(void)state;
	assert_int_equal(expand("- a -", NULL, false), -1);
	assert_string_equal(e.msg, "stdin (-) is named twice");
	put("l", "a\n-\n", 4);
	assert_int_equal(expand("-", "l", false), -1);
	assert_int_equal(expand("-", "-", false), -1);
	assert_int_equal(expand("", "l", false), 0);
	assert_list("a -");
	fd = open("l", O_RDONLY);
	dup2(fd, 0);
	assert_int_equal(expand("", "-", false), -1);
	put("l", "a\nb\n", 4);
	lseek(0, 0, SEEK_SET);
	assert_int_equal(expand("", "-", false), 0);
	assert_list("a b");
	dup2(keep, 0);
	close(keep);
	close(fd);
}

static int
set_up(void **state)
{
	static const char *const files[] = { "tree/a/1", "tree/a/2",
		"tree/a/10", "tree/a.png", "tree/b", "tree/B", "tree/.hidden" };

	(void)state;
	if (!mkdtemp(dir) || chdir(dir) != 0 || mkdir("tree", 0700) != 0 ||
		mkdir("tree/a", 0700) != 0 || mkdir("tree/.git", 0700) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		put(files[i], "", 0);
	put("tree/.git/x", "", 0);
	return symlink(".", "tree/loop") | symlink("a/1", "tree/filelink") |
		mkfifo("tree/fifo", 0600);
}

static int
tear_down(void **state)
{
	char *command = mem_printf("rm -r %s", dir);
	int r = chdir("/") | system(command);

	(void)state;
	strlist_free(&list);
	free(command);
	return r;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_operand_is_stdin),
		cmocka_unit_test(a_directory_is_walked_in_the_order_of_bytes),
		cmocka_unit_test(
			links_to_directories_are_walked_only_as_operands),
		cmocka_unit_test(directories_without_files_are_reported),
		cmocka_unit_test(a_list_holds_any_names),
		cmocka_unit_test(a_bad_list_is_an_error),
		cmocka_unit_test(a_list_made_for_others_is_told_from_bad_names),
		cmocka_unit_test(stdin_stands_for_one_thing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
