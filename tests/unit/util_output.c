#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/mem.h"
#include "util/output.h"

static const struct output_opts plain, force = { .force = true };
static struct err e;
static char dir[] = "/tmp/outputXXXXXX";

/* Every test starts in an empty directory of its own, as `dir`. */
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

/* The names in the directory, without "." and "..", unsorted. */
static size_t
count_files(void)
{
	DIR *d = opendir(".");
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
assert_file(const char *path, const char *text)
{
	char buf[256];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	fclose(f);
	assert_string_equal(buf, text);
}

static int
write_text(const char *path, struct output_opts opts, const char *text)
{
	struct output *o = output_open(path, opts, &e);

	if (!o)
		return -1;
	assert_int_equal(output_write(o, text, strlen(text), &e), 0);
	return output_commit(o, &e);
}

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
a_full_disk_is_an_error(void **state)
{
	char *big = mem_zalloc(200000, 1);
	struct output *o = output_open("/dev/full", plain, &e);

	(void)state;
	assert_non_null(o);
	assert_false(output_seekable(o));
	assert_int_equal(output_write(o, "x", 1, &e), 0);
	assert_int_equal(output_commit(o, &e), -1);
	assert_string_equal(e.msg, "cannot write: No space left on device");
	o = output_open("/dev/full", plain, &e);
	assert_int_equal(output_write(o, big, 200000, &e), -1);
	assert_int_equal(output_write(o, big, 1, &e), -1);
	assert_int_equal(output_commit(o, &e), -1);
	assert_string_equal(e.msg, "an earlier write failed");
	free(big);
}

static void
a_size_limit_is_an_error_and_leaves_nothing(void **state)
{
	char *big = mem_zalloc(200000, 1);
	struct rlimit keep, tiny;
	struct output *o = output_open("f", plain, &e);

	(void)state;
	getrlimit(RLIMIT_FSIZE, &keep);
	tiny = keep;
	tiny.rlim_cur = 100000;
	setrlimit(RLIMIT_FSIZE, &tiny);
	assert_int_equal(output_write(o, big, 200000, &e), -1);
	assert_string_equal(e.msg, "cannot write: File too large");
	assert_int_equal(output_commit(o, &e), -1);
	setrlimit(RLIMIT_FSIZE, &keep);
	assert_int_equal(count_files(), 0);
	free(big);
}

/* What a child did, and the status it died with. */
static int
in_child(void (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		body();
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return status;
}

static struct output *kept[4][40];

static void *
open_many(void *arg)
{
	size_t thread = *(size_t *)arg;
	char name[32];

	for (size_t i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "f%zu-%zu", thread, i);
		kept[thread][i] = output_open(name, plain, &e);
		if (!kept[thread][i])
			_exit(98);
	}
	return NULL;
}

static void
open_in_threads(void)
{
	static size_t number[4];
	pthread_t t[4];

	for (size_t i = 0; i < 4; i++) {
		number[i] = i;
		pthread_create(&t[i], NULL, open_many, &number[i]);
	}
	for (size_t i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	if (count_files() != 160)
		_exit(97);
}

static void
be_terminated(void)
{
	open_in_threads();
	kill(getpid(), SIGTERM);
	pause();
}

static void
be_interrupted(void)
{
	open_in_threads();
	raise(SIGINT);
}

static void
be_hung_up(void)
{
	open_in_threads();
	raise(SIGHUP);
}

static void
be_exited(void)
{
	open_in_threads();
	exit(3);
}

static void
ignore_hang_up(void)
{
	signal(SIGHUP, SIG_IGN);
	output_open("f", plain, &e);
	raise(SIGHUP);
	_exit(count_files() == 1 ? 5 : 6);
}

static void
let_a_grandchild_exit(void)
{
	struct output *o = output_open("f", plain, &e);
	pid_t pid = fork();

	if (pid == 0)
		exit(0);
	waitpid(pid, NULL, 0);
	_exit(output_commit(o, &e) == 0 ? 7 : 8);
}

static void
signals_and_exit_leave_no_half_file(void **state)
{
	int status;

	(void)state;
	status = in_child(be_terminated);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_int_equal(count_files(), 0);
	status = in_child(be_interrupted);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	assert_int_equal(count_files(), 0);
	status = in_child(be_hung_up);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
	assert_int_equal(count_files(), 0);
	assert_int_equal(WEXITSTATUS(in_child(be_exited)), 3);
	assert_int_equal(count_files(), 0);
}

static void
an_ignored_signal_and_a_forked_child_harm_nothing(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(in_child(ignore_hang_up)), 5);
	unlink("f");
	assert_int_equal(WEXITSTATUS(in_child(let_a_grandchild_exit)), 7);
	assert_int_equal(access("f", F_OK), 0);
}

/* stdout is a pipe that nobody reads, while a file is open too. */
static void
write_to_nobody(void)
{
	struct output *o;
	int ends[2];

	if (pipe(ends) != 0)
		_exit(96);
	close(ends[0]);
	dup2(ends[1], 1);
	output_open("f", plain, &e);
	o = output_open(NULL, plain, &e);
	output_write(o, "x", 1, &e);
	_exit(output_commit(o, &e) == -1 && strstr(e.msg, "Broken pipe") ? 4
									 : 95);
}

static void
write_to_nobody_ignored(void)
{
	signal(SIGPIPE, SIG_IGN);
	write_to_nobody();
}

static void
a_broken_pipe_kills_or_is_an_error(void **state)
{
	int status = in_child(write_to_nobody);

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
	assert_int_equal(count_files(), 0);
	assert_int_equal(WEXITSTATUS(in_child(write_to_nobody_ignored)), 4);
}

static void
a_fifo_is_written_directly(void **state)
{
	int status;
	char buf[8];
	pid_t pid;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	pid = fork();
	if (pid == 0)
		_exit(write_text("fifo", plain, "hello") == 0 ? 0 : 1);
	int fd = open("fifo", O_RDONLY);

	assert_int_equal(read(fd, buf, 8), 5);
	assert_memory_equal(buf, "hello", 5);
	close(fd);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

/* Two outputs to stdout, which is the file f opened with these flags. */
static bool
stdout_to_file(int flags)
{
	int keep = dup(1), fd = open("f", O_WRONLY | flags);
	struct output *o;
	bool seekable;

	fflush(stdout);
	dup2(fd, 1);
	close(fd);
	assert_int_equal(write_text("-", plain, "ab"), 0);
	o = output_open(NULL, plain, &e);
	seekable = output_seekable(o);
	output_write(o, "cde", 3, &e);
	if (seekable)
		output_pwrite(o, 1, "D", 1, &e);
	assert_int_equal(output_offset(o), 3);
	output_write(o, "f", 1, &e);
	assert_int_equal(output_commit(o, &e), 0);
	dup2(keep, 1);
	close(keep);
	return seekable;
}

static void
stdout_may_be_a_file(void **state)
{
	(void)state;
	put_file("f", "0123456789");
	assert_true(stdout_to_file(0));
	assert_file("f", "abcDef6789");
	assert_true(stdout_to_file(O_TRUNC));
	assert_file("f", "abcDef");
	assert_false(stdout_to_file(O_APPEND));
	assert_file("f", "abcDefabcdef");
}

static void
write_with_closed_stderr(void)
{
	struct output *o;

	close(2);
	o = output_open("f", plain, &e);
	fputs("a message\n", stderr);
	_exit(output_commit(o, &e) == 0 ? 0 : 1);
}

static void
messages_never_get_into_a_file(void **state)
{
	(void)state;
	assert_int_equal(in_child(write_with_closed_stderr), 0);
	assert_file("f", "");
}

static void
binary_to_a_terminal_needs_force(void **state)
{
	struct output_opts text = { .text = true };
	int keep = dup(1), pty = posix_openpt(O_RDWR | O_NOCTTY), tty;

	(void)state;
	assert_int_equal(grantpt(pty) | unlockpt(pty), 0);
	tty = open(ptsname(pty), O_RDWR | O_NOCTTY);
	fflush(stdout);
	dup2(tty, 1);
	assert_null(output_open("-", plain, &e));
	assert_null(output_open(ptsname(pty), plain, &e));
	assert_int_equal(write_text("-", text, "x"), 0);
	assert_int_equal(write_text("-", force, "x"), 0);
	assert_int_equal(write_text(ptsname(pty), text, "x"), 0);
	dup2(keep, 1);
	assert_string_equal(e.msg,
		"refusing to write binary data to a "
		"terminal (use -f or redirect)");
	close(keep);
	close(tty);
	close(pty);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_appears_whole_at_commit),
		TEST(an_aborted_file_leaves_nothing),
		TEST(only_force_replaces_and_keeps_the_mode),
		TEST(a_file_that_came_meanwhile_is_not_replaced),
		TEST(a_link_s_target_is_written),
		TEST(what_cannot_be_a_file_is_refused),
		TEST(names_may_be_as_long_as_the_system_allows),
		TEST(missing_directories_are_made_on_request),
		TEST(bytes_can_be_replaced_in_place),
		TEST(a_full_disk_is_an_error),
		TEST(a_size_limit_is_an_error_and_leaves_nothing),
		TEST(signals_and_exit_leave_no_half_file),
		TEST(an_ignored_signal_and_a_forked_child_harm_nothing),
		TEST(a_broken_pipe_kills_or_is_an_error),
		TEST(a_fifo_is_written_directly),
		TEST(stdout_may_be_a_file),
		TEST(messages_never_get_into_a_file),
		TEST(binary_to_a_terminal_needs_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
