/* A ledger tells what is done from what is not, whatever became of it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/ledger.h"
#include "util/mem.h"

static struct err e;
static char dir[] = "/tmp/outputXXXXXX";

static int
set_up(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	return !mkdtemp(dir) || chdir(dir) != 0;
}

static int
tear_down(void **state)
{
	char *command = mem_printf("rm -r %s", dir);
	int r = chdir("/") | system(command);

	(void)state;
	free(command);
	return r;
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static const struct ledger_key key = { "0123456789abcdef", 42, NULL };
#define STAMP "3:1700000000.000000001"

static void
add(const struct ledger_key *k, const char *path, const char *stamp)
{
	struct ledger *l = ledger_open("d", k, &e);

	assert_non_null(l);
	assert_int_equal(ledger_add(l, path, stamp, &e), 0);
	assert_int_equal(ledger_sync(l, &e), 0);
	ledger_close(l);
}

static enum ledger_state
check(const struct ledger_key *k, const char *path, const char *stamp)
{
	struct ledger *l = ledger_open("d", k, &e);
	enum ledger_state state;

	assert_non_null(l);
	state = ledger_check(l, path, stamp);
	ledger_close(l);
	return state;
}

static void
each_reason_has_its_state(void **state)
{
	struct ledger_key other = key, options = key;

	(void)state;
	strcpy(other.model, "fedcba9876543210");
	options.options = 43;
	assert_int_equal(check(&key, "d/a", STAMP), LEDGER_NEW);
	assert_int_equal(mkdir("d", 0700), 0);
	put_file("d/a", "one");
	assert_int_equal(check(&key, "d/a", STAMP), LEDGER_NEW);
	add(&key, "d/a", STAMP);
	assert_int_equal(check(&key, "d/a", STAMP), LEDGER_DONE);
	assert_int_equal(check(&key, "d//a", STAMP), LEDGER_DONE);
	assert_int_equal(check(&key, "d/b", STAMP), LEDGER_NEW);
	assert_int_equal(check(&key, "d/a", "3:17.5"), LEDGER_INPUT);
	assert_int_equal(check(&options, "d/a", STAMP), LEDGER_OPTIONS);
	assert_int_equal(check(&other, "d/a", STAMP), LEDGER_MODEL);
	put_file("d/a", "onE");
	assert_int_equal(check(&key, "d/a", STAMP), LEDGER_DAMAGED);
	put_file("d/a", "on");
	assert_int_equal(check(&key, "d/a", STAMP), LEDGER_DAMAGED);
	put_file("d/a", "");
	assert_int_equal(check(&key, "d/a", STAMP), LEDGER_DAMAGED);
	unlink("d/a");
	assert_int_equal(check(&key, "d/a", STAMP), LEDGER_MISSING);
}

static void
the_last_line_of_a_name_counts(void **state)
{
	struct ledger_key other = key;

	(void)state;
	other.options = 7;
	assert_int_equal(mkdir("d", 0700), 0);
	for (int i = 0; i < 300; i++) {
		char *path = mem_printf("d/%d\t%%\n", i % 100);
		char *text = mem_printf("%d", i);

		put_file(path, text);
		add(i < 200 ? &other : &key, path, STAMP);
		assert_int_equal(check(&key, path, STAMP),
			i < 200 ? LEDGER_OPTIONS : LEDGER_DONE);
		free(path);
		free(text);
	}
}

/* The ledger's bytes, with room for one more. */
static char *
read_ledger(size_t *n)
{
	FILE *f = fopen("d/.vq-done", "r");
	char *text = mem_zalloc(4096, 1);

	*n = fread(text, 1, 4095, f);
	fclose(f);
	return text;
}

static void
write_ledger(const char *text, size_t n)
{
	FILE *f = fopen("d/.vq-done", "w");

	fwrite(text, 1, n, f);
	fclose(f);
}

static void
a_torn_line_is_ignored_and_goes_on_with_the_next(void **state)
{
	char *text;
	size_t n;

	(void)state;
	assert_int_equal(mkdir("d", 0700), 0);
	put_file("d/a", "one");
	put_file("d/b", "two");
	add(&key, "d/a", STAMP);
	text = read_ledger(&n);
	for (size_t cut = 0; cut <= n; cut++) {
		write_ledger(text, cut);
		assert_int_equal(check(&key, "d/a", STAMP),
			cut == n ? LEDGER_DONE : LEDGER_NEW);
		add(&key, "d/b", STAMP);
		assert_int_equal(check(&key, "d/b", STAMP), LEDGER_DONE);
		/* All but the newline was there: now it is. */
		assert_int_equal(check(&key, "d/a", STAMP),
			cut >= n - 1 ? LEDGER_DONE : LEDGER_NEW);
	}
	for (size_t i = 0; i < n - 1; i++)
		for (int bit = 0; bit < 8; bit++) {
			text[i] ^= (char)(1 << bit);
			write_ledger(text, n);
			assert_int_equal(check(&key, "d/a", STAMP), LEDGER_NEW);
			text[i] ^= (char)(1 << bit);
		}
	free(text);
}

static void
many_processes_share_it(void **state)
{
	enum { PROCESSES = 8, EACH = 50 };
	int status = 0, bad = 0;

	(void)state;
	assert_int_equal(mkdir("d", 0700), 0);
	for (int p = 0; p < PROCESSES; p++) {
		struct ledger *l;

		if (fork() != 0)
			continue;
		l = ledger_open("d", &key, &e);
		for (int i = 0; i < EACH; i++) {
			char *path = mem_printf("d/%d-%d", p, i);

			put_file(path, path);
			bad |= ledger_add(l, path, STAMP, &e);
			free(path);
		}
		_exit(bad != 0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < PROCESSES * EACH; i++) {
		char *path = mem_printf("d/%d-%d", i / EACH, i % EACH);

		assert_int_equal(check(&key, path, STAMP), LEDGER_DONE);
		free(path);
	}
}

static void
only_files_have_a_stamp(void **state)
{
	char stamp[LEDGER_STAMP], again[LEDGER_STAMP];
	struct input *in;

	(void)state;
	put_file("f", "abc");
	in = input_open("f", &e);
	assert_true(ledger_stamp(in, stamp));
	put_file("f", "abcd");
	assert_true(ledger_stamp(in, again));
	assert_string_not_equal(stamp, again);
	input_close(in);
	in = input_open("/dev/zero", &e);
	assert_false(ledger_stamp(in, stamp));
	input_close(in);
	put_file("f", "");
	in = input_open("f", &e);
	assert_true(ledger_stamp(in, stamp));
	input_close(in);
	assert_int_equal(mkdir("d", 0700) | mkdir("d/.vq-done", 0700), 0);
	assert_null(ledger_open("d", &key, &e));
	assert_string_equal(e.msg, "d/.vq-done: is a directory");
}

/* As a rewrite at once, cp -p and a rename over it do. */
static void
no_other_bytes_keep_a_stamp(void **state)
{
	char was[LEDGER_STAMP], now[LEDGER_STAMP];
	const struct timespec times[2] = { { 1700000000, 5 },
		{ 1700000000, 5 } };
	struct input *in;

	(void)state;
	strcpy(was, "");
	for (int i = 0; i < 30; i++) {
		put_file("f", i % 2 ? "abc" : "abd");
		if (i < 10)
			utimensat(AT_FDCWD, "f", times, 0);
		in = input_open("f", &e);
		assert_true(ledger_stamp(in, now));
		assert_string_not_equal(was, now);
		assert_true(ledger_stamp(in, was));
		assert_string_equal(was, now);
		input_close(in);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_reason_has_its_state),
		TEST(the_last_line_of_a_name_counts),
		TEST(a_torn_line_is_ignored_and_goes_on_with_the_next),
		TEST(many_processes_share_it),
		TEST(only_files_have_a_stamp),
		TEST(no_other_bytes_keep_a_stamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
