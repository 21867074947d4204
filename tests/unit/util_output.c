#include "util_output.h"

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
a_file_appears_whole_at_commit(void **state)
{
	struct output *o = output_open("f", plain, &e);
	mode_t mask = umask(027);

	(void)state;
	assert_non_null(o);
	assert_int_equal(output_write(o, "abc", 3, &e), 0);
	assert_int_equal(access("f", F_OK), -1);
	assert_int_equal(output_commit(o, &e), 0);
	assert_file("f", "abc");
	assert_int_equal(mode_of("f"), 0666 & ~mask);
	assert_int_equal(write_text("g", plain, ""), 0);
	assert_int_equal(mode_of("g"), 0640);
	umask(mask);
	assert_int_equal(count_files(), 2);
}

static void
an_aborted_file_leaves_nothing(void **state)
{
	struct output *o = output_open("f", plain, &e);

	(void)state;
	assert_int_equal(output_write(o, "abc", 3, &e), 0);
	output_abort(o);
	output_abort(NULL);
	assert_int_equal(count_files(), 0);
}

static void
only_force_replaces_and_keeps_the_mode(void **state)
{
	(void)state;
	put_file("f", "old");
	chmod("f", 0604);
	assert_int_equal(write_text("f", plain, "new"), -1);
	assert_string_equal(e.msg, "exists (use -f to replace)");
	assert_file("f", "old");
	assert_int_equal(write_text("f", force, "new"), 0);
	assert_file("f", "new");
	assert_int_equal(mode_of("f"), 0604);
	assert_int_equal(count_files(), 1);
}

static void
a_file_that_came_meanwhile_is_not_replaced(void **state)
{
	struct output *o = output_open("f", plain, &e);

	(void)state;
	put_file("f", "theirs");
	assert_int_equal(output_commit(o, &e), -1);
	assert_string_equal(e.msg, "exists (use -f to replace)");
	assert_file("f", "theirs");
	assert_int_equal(count_files(), 1);
}

static void
a_file_of_the_same_bytes_is_as_good(void **state)
{
	static const struct output_opts same = { .same = true };
	struct stat before, after;

	(void)state;
	assert_int_equal(write_text("f", same, "abc"), 0);
	assert_int_equal(stat("f", &before), 0);
	assert_int_equal(write_text("f", same, "abc"), 0);
	assert_int_equal(stat("f", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(write_text("f", same, "abd"), -1);
	assert_string_equal(
		e.msg, "exists, with other bytes (use -f to replace)");
	assert_int_equal(write_text("f", same, "ab"), -1);
	assert_file("f", "abc");
	assert_int_equal(count_files(), 1);
}

static void
a_link_s_target_is_written(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("d", 0700) | mkdir("e", 0700), 0);
	put_file("e/old", "old");
	assert_int_equal(symlink("../e/old", "d/link"), 0);
	assert_int_equal(symlink("d/link", "chain"), 0);
	assert_int_equal(symlink("e/fresh", "dangling"), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(write_text("chain", plain, "new"), -1);
	assert_int_equal(write_text("chain", force, "new"), 0);
	assert_file("e/old", "new");
	assert_int_equal(write_text("dangling", plain, "made"), 0);
	assert_file("e/fresh", "made");
	assert_int_equal(lstat("chain", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat("dangling", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(write_text("loop", plain, "x"), -1);
	assert_non_null(strstr(e.msg, "symbolic links"));
}

static void
what_cannot_be_a_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(write_text(".", force, "x"), -1);
	assert_string_equal(e.msg, "is a directory");
	assert_int_equal(write_text("new/", force, "x"), -1);
	assert_string_equal(e.msg, "is a directory");
	assert_int_equal(write_text("", force, "x"), -1);
	assert_int_equal(write_text("no/dir", force, "x"), -1);
	assert_non_null(strstr(e.msg, "No such file or directory"));
	put_file("f", "");
	assert_int_equal(write_text("f/x", force, "x"), -1);
	assert_non_null(strstr(e.msg, "Not a directory"));
	assert_int_equal(count_files(), 1);
}

static void
names_may_be_as_long_as_the_system_allows(void **state)
{
	char name[258];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	assert_int_equal(write_text(name, plain, "long"), 0);
	assert_file(name, "long");
	name[255] = 'n';
	name[256] = '\0';
	assert_null(output_open(name, plain, &e));
	assert_string_equal(e.msg, "File name too long");
}

static void
missing_directories_are_made_on_request(void **state)
{
	struct output_opts opts = { .parents = true, .nosync = true };
	char *path = mem_printf("%s/a//b/../c/f", dir);

	(void)state;
	assert_int_equal(write_text("a/b/c/f", opts, "1"), 0);
	assert_int_equal(write_text("a/b/c/g", opts, "2"), 0);
	assert_int_equal(write_text(path, opts, "3"), 0);
	assert_int_equal(output_sync_group(&e), 0);
	assert_file("a/b/c/g", "2");
	assert_file("a/c/f", "3");
	put_file("x", "");
	assert_int_equal(write_text("x/y/z", opts, "4"), -1);
	free(path);
}

static void
bytes_can_be_replaced_in_place(void **state)
{
	struct output *o = output_open("f", plain, &e);
	char *big = mem_zalloc(200000, 1);
	FILE *f;

	(void)state;
	assert_true(output_seekable(o));
	assert_int_equal(output_write(o, "0123456789", 10, &e), 0);
	assert_int_equal(output_pwrite(o, 2, "ab", 2, &e), 0);
	assert_int_equal(output_write(o, big, 200000, &e), 0);
	assert_int_equal(output_write(o, "end", 3, &e), 0);
	assert_int_equal(output_offset(o), 200013);
	assert_int_equal(output_pwrite(o, 200010, "END", 3, &e), 0);
	assert_int_equal(output_pwrite(o, 0, "x", 1, &e), 0);
	assert_int_equal(output_write(o, "!", 1, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	f = fopen("f", "r");
	assert_int_equal(fread(big, 1, 200000, f), 200000);
	assert_memory_equal(big, "x1ab456789\0", 11);
	assert_int_equal(fread(big, 1, 200000, f), 14);
	assert_memory_equal(big + 10, "END!", 4);
	fclose(f);
	free(big);
}

static void
append_text(
	const char *path, uint64_t keep, struct output_opts o, const char *text)
{
	struct output *out = output_append(path, keep, o, &e);

	assert_non_null(out);
	assert_int_equal(output_write(out, text, strlen(text), &e), 0);
	assert_int_equal(output_offset(out), strlen(text));
	assert_int_equal(output_commit(out, &e), 0);
}

static void
a_file_goes_on_behind_what_is_kept(void **state)
{
	struct output *o;

	(void)state;
	append_text("f", 0, plain, "one two");
	append_text("f", 4, plain, "three");
	assert_file("f", "one three");
	append_text("f", 9, plain, "");
	assert_file("f", "one three");
	/* What is flushed is there; what is not commits. */
	o = output_append("f", 3, plain, &e);
	assert_file("f", "one");
	assert_int_equal(output_write(o, "!!", 2, &e), 0);
	assert_int_equal(output_flush(o, &e), 0);
	assert_file("f", "one!!");
	assert_true(output_seekable(o));
	assert_int_equal(output_pwrite(o, 1, "?", 1, &e), 0);
	assert_int_equal(output_write(o, ".", 1, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	assert_file("f", "one!?.");
	assert_int_equal(count_files(), 1);
}

static void
only_force_cuts_a_file_to_nothing(void **state)
{
	(void)state;
	put_file("f", "old");
	assert_null(output_append("f", 0, plain, &e));
	assert_string_equal(e.msg, "exists (use -f to replace)");
	assert_null(output_append("f", 4, force, &e));
	assert_non_null(strstr(e.msg, "3 bytes"));
	assert_file("f", "old");
	append_text("f", 0, force, "new");
	assert_file("f", "new");
	put_file("empty", "");
	append_text("empty", 0, plain, "x");
	assert_file("empty", "x");
	assert_null(output_append(".", 0, plain, &e));
	assert_null(output_append("no/f", 0, plain, &e));
}

static void
a_full_device_is_told_at_the_flush(void **state)
{
	struct output *o = output_append("/dev/full", 100, plain, &e);

	(void)state;
	assert_non_null(o);
	assert_int_equal(output_write(o, "x", 1, &e), 0);
	assert_int_equal(output_flush(o, &e), -1);
	assert_true(output_broken(o));
	output_abort(o);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_goes_on_behind_what_is_kept),
		TEST(only_force_cuts_a_file_to_nothing),
		TEST(a_full_device_is_told_at_the_flush),
		TEST(a_file_appears_whole_at_commit),
		TEST(an_aborted_file_leaves_nothing),
		TEST(only_force_replaces_and_keeps_the_mode),
		TEST(a_file_that_came_meanwhile_is_not_replaced),
		TEST(a_file_of_the_same_bytes_is_as_good),
		TEST(a_link_s_target_is_written),
		TEST(what_cannot_be_a_file_is_refused),
		TEST(names_may_be_as_long_as_the_system_allows),
		TEST(missing_directories_are_made_on_request),
		TEST(bytes_can_be_replaced_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
