#include "util_output.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Some file systems have no files without a name, some cannot name them. */
static bool nameless = true, linkable = true;

int
open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	if (nameless || (flags & O_TMPFILE) != O_TMPFILE)
		return openat(AT_FDCWD, path, flags, mode);
	errno = EOPNOTSUPP;
	return -1;
}

int
linkat(int from, const char *old, int to, const char *name, int flags)
{
	if (linkable)
		return (int)syscall(SYS_linkat, from, old, to, name, flags);
	errno = EPERM;
	return -1;
}

/* The first test: where it does go is remembered. */
static void
what_cannot_be_named_has_a_name_from_the_start(void **state)
{
	struct output *o;

	(void)state;
	linkable = false;
	o = output_open("f", plain, &e);
	assert_int_equal(count_files(), 1);
	assert_int_equal(output_write(o, "whole", 5, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	linkable = true;
	assert_file("f", "whole");
	assert_int_equal(count_files(), 1);
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
	if (count_files() != (nameless ? 0 : 160))
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
be_killed(void)
{
	open_in_threads();
	raise(SIGKILL);
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
	nameless = false;
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
	nameless = true;
}

static void
what_has_no_name_needs_no_signal_to_be_gone(void **state)
{
	int status;

	(void)state;
	status = in_child(be_killed);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(count_files(), 0);
}

static void
files_with_and_without_a_temporary_name_are_alike(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		nameless = i;
		assert_int_equal(write_text("f", plain, "one"), 0);
		assert_int_equal(write_text("f", plain, "two"), -1);
		assert_string_equal(e.msg, "exists (use -f to replace)");
		assert_int_equal(write_text("f", force, "three"), 0);
		assert_file("f", "three");
		assert_int_equal(count_files(), 1);
		unlink("f");
	}
}

static void
an_ignored_signal_and_a_forked_child_harm_nothing(void **state)
{
	(void)state;
	nameless = false;
	assert_int_equal(WEXITSTATUS(in_child(ignore_hang_up)), 5);
	nameless = true;
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
		TEST(what_cannot_be_named_has_a_name_from_the_start),
		TEST(a_full_disk_is_an_error),
		TEST(a_size_limit_is_an_error_and_leaves_nothing),
		TEST(signals_and_exit_leave_no_half_file),
		TEST(what_has_no_name_needs_no_signal_to_be_gone),
		TEST(files_with_and_without_a_temporary_name_are_alike),
		TEST(an_ignored_signal_and_a_forked_child_harm_nothing),
		TEST(a_broken_pipe_kills_or_is_an_error),
		TEST(a_fifo_is_written_directly),
		TEST(stdout_may_be_a_file),
		TEST(binary_to_a_terminal_needs_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
