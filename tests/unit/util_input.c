#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "util/input.h"
#include "util/mem.h"
#include "util/rng.h"

#define SIZE 300001

static unsigned char data[SIZE];
static char dir[] = "/tmp/inputXXXXXX";
static char file[64], fifo[64];
static struct err e;

/* A child writes data to the pipe, step bytes a write. */
static pid_t
feed(const int ends[2], size_t n, size_t step)
{
	pid_t pid = fork();
	ssize_t put;

	if (pid != 0)
		return pid;
	close(ends[0]); /* so that it gets SIGPIPE when we stop reading */
	for (size_t i = 0; i < n; i += (size_t)put) {
		put = write(ends[1], data + i, step < n - i ? step : n - i);
		if (put < 0)
			_exit(1);
	}
	_exit(0);
}

/* Put a pipe with n bytes of data behind stdin; returns the old stdin. */
static int
pipe_stdin(size_t n, size_t step, pid_t *pid)
{
	int ends[2], old = dup(0);

	assert_int_equal(pipe(ends), 0);
	*pid = feed(ends, n, step);
	close(ends[1]);
	dup2(ends[0], 0);
	close(ends[0]);
	return old;
}

static void
restore_stdin(int old, pid_t pid)
{
	dup2(old, 0);
	close(old);
	if (pid)
		waitpid(pid, NULL, 0);
}

/* Peeks, reads and skips of random sizes see each byte once, in order. */
static void
read_all(struct input *in, size_t total, uint64_t seed)
{
	static unsigned char buf[200000];
	const unsigned char *p;
	size_t at = 0, n;
	struct rng r;
	ptrdiff_t got;

	print_message("seed %ju\n", (uintmax_t)seed);
	rng_seed(&r, seed, 0);
	while (at < total) {
		n = rng_below(&r, rng_below(&r, 8) ? 3000 : 70000);
		got = input_peek(in, n, &p, &e);
		if (n > INPUT_PEEK_MAX)
			n = INPUT_PEEK_MAX;
		assert_int_equal(got, n < total - at ? n : total - at);
		assert_memory_equal(p, data + at, (size_t)got);
		n = rng_below(&r, rng_below(&r, 8) ? 3000 : sizeof(buf));
		if (rng_below(&r, 4) == 0 && n <= total - at) {
			assert_int_equal(input_skip(in, n, &e), 0);
			at += n;
		} else {
			got = input_read(in, buf, n, &e);
			assert_int_equal(got, n < total - at ? n : total - at);
			assert_memory_equal(buf, data + at, (size_t)got);
			at += (size_t)got;
		}
		assert_int_equal(input_offset(in), at);
	}
	assert_int_equal(input_read(in, buf, 1, &e), 0);
	assert_int_equal(input_peek(in, 1, &p, &e), 0);
}

static void
a_file_reads_whole(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 20; seed++) {
		struct input *in = input_open(file, &e);

		assert_non_null(in);
		assert_string_equal(input_name(in), file);
		assert_true(input_is_regular(in));
		read_all(in, SIZE, seed);
		input_close(in);
	}
}

static void
a_pipe_of_any_step_reads_whole(void **state)
{
	(void)state;
	for (size_t i = 0, step = 1; i < 4; i++, step *= 40) {
		pid_t pid;
		int old = pipe_stdin(SIZE, step, &pid);
		struct input *in = input_open("-", &e);

		assert_non_null(in);
		assert_string_equal(input_name(in), "stdin");
		assert_false(input_is_regular(in));
		read_all(in, SIZE, i + 1);
		input_close(in);
		restore_stdin(old, pid);
	}
}

static void
a_fifo_is_read(void **state)
{
	struct input *in;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		int fd = open(fifo, O_WRONLY);

		_exit(write(fd, data, 5000) != 5000);
	}
	in = input_open(fifo, &e);
	assert_non_null(in);
	read_all(in, 5000, 1);
	input_close(in);
	waitpid(pid, NULL, 0);
}

/* The region holds data from `from` on, and the input goes on the same. */
static void
check_region(struct input *in, size_t from, size_t total)
{
	unsigned char *buf = mem_alloc(total, 1);
	struct input_region r;

	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(input_spool(in, &r, &e), 0);
		assert_int_equal(r.size, total - from);
		assert_int_equal(
			pread(r.fd, buf, total, (off_t)r.start), total - from);
		assert_memory_equal(buf, data + from, total - from);
		lseek(r.fd, 12345, SEEK_SET); /* as libsndfile does */
	}
	assert_int_equal(input_read(in, buf, total - from, &e), total - from);
	assert_memory_equal(buf, data + from, total - from);
	assert_int_equal(input_offset(in), total);
	assert_int_equal(input_read(in, buf, 1, &e), 0);
	free(buf);
}

static void
what_is_not_consumed_becomes_seekable(void **state)
{
	static const size_t from[] = { 0, 1, 4096, 200000, SIZE };
	unsigned char *buf = mem_alloc(SIZE, 1);
	const unsigned char *p;

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		pid_t pid = 0;
		int old = i < 5 ? pipe_stdin(SIZE, 1000, &pid) : dup(0);
		struct input *in = input_open(i < 5 ? "-" : file, &e);

		assert_int_equal(
			input_read(in, buf, from[i % 5], &e), from[i % 5]);
		assert_true(input_peek(in, INPUT_PEEK_MAX, &p, &e) >= 0);
		check_region(in, from[i % 5], SIZE);
		input_close(in);
		restore_stdin(old, pid);
	}
	free(buf);
}

static void
stdin_may_begin_inside_a_file(void **state)
{
	int old = dup(0), fd = open(file, O_RDONLY);
	struct input_region r;
	unsigned char buf[100];
	struct input *in;

	(void)state;
	lseek(fd, 1000, SEEK_SET);
	dup2(fd, 0);
	in = input_open("-", &e);
	assert_int_equal(input_read(in, buf, 100, &e), 100);
	assert_memory_equal(buf, data + 1000, 100);
	assert_int_equal(input_spool(in, &r, &e), 0);
	assert_int_equal(r.start, 1100);
	assert_int_equal(r.size, SIZE - 1100);
	input_close(in);
	/* the next command of the shell's group goes on there */
	assert_int_equal(lseek(0, 0, SEEK_CUR), 1100);
	close(fd);
	restore_stdin(old, 0);
}

static void
an_early_end_says_where(void **state)
{
	(void)state;
	for (int piped = 0; piped < 2; piped++) {
		pid_t pid = 0;
		int old = piped ? pipe_stdin(SIZE, 999, &pid) : dup(0);
		struct input *in = input_open(piped ? "-" : file, &e);

		assert_int_equal(input_skip(in, 300000, &e), 0);
		assert_int_equal(input_skip(in, 5, &e), -1);
		assert_string_equal(e.msg,
			"the input ends at byte 300001, 4 bytes are missing");
		input_close(in);
		restore_stdin(old, pid);
	}
}

static void
what_cannot_be_read_is_refused_with_a_reason(void **state)
{
	int old = dup(0), pty = posix_openpt(O_RDWR | O_NOCTTY), tty;

	(void)state;
	assert_null(input_open("/tmp/no/such/file", &e));
	assert_string_equal(e.msg, "No such file or directory");
	assert_null(input_open(dir, &e));
	assert_string_equal(e.msg, "is a directory");
	assert_int_equal(grantpt(pty) | unlockpt(pty), 0);
	tty = open(ptsname(pty), O_RDWR | O_NOCTTY);
	dup2(tty, 0);
	assert_null(input_open("-", &e));
	assert_string_equal(e.msg,
		"reading from a terminal; "
		"give a file or pipe (see --help)");
	close(0);
	assert_null(input_open("-", &e));
	assert_string_equal(e.msg, "Bad file descriptor");
	restore_stdin(old, 0);
	close(tty);
	close(pty);
}

static void
a_file_that_claims_no_bytes_is_read(void **state)
{
	struct input *in = input_open("/proc/self/status", &e);
	const unsigned char *p;
	struct input_region r;

	(void)state;
	assert_non_null(in);
	assert_true(input_peek(in, 5, &p, &e) == 5);
	assert_memory_equal(p, "Name:", 5);
	assert_int_equal(input_spool(in, &r, &e), 0);
	assert_true(r.size > 100);
	input_close(in);
}

static void
a_spool_that_cannot_be_written_is_an_error(void **state)
{
	struct rlimit keep, tiny;
	struct input_region r;
	struct input *in;
	pid_t pid;
	int old = pipe_stdin(SIZE, 1000, &pid);

	(void)state;
	in = input_open("-", &e);
	setenv("TMPDIR", "/no/such/dir", 1);
	assert_int_equal(input_spool(in, &r, &e), -1);
	assert_non_null(strstr(e.msg, "temporary file in /no/such/dir: No"));
	setenv("TMPDIR", dir, 1);
	getrlimit(RLIMIT_FSIZE, &keep);
	tiny = keep;
	tiny.rlim_cur = 10000;
	setrlimit(RLIMIT_FSIZE, &tiny);
	assert_int_equal(input_spool(in, &r, &e), -1);
	setrlimit(RLIMIT_FSIZE, &keep);
	unsetenv("TMPDIR");
	assert_non_null(strstr(e.msg, "TMPDIR"));
	assert_non_null(strstr(e.msg, "File too large"));
	input_close(in);
	restore_stdin(old, pid);
}

static void catch (int sig)
{
	(void)sig;
}

static void
interrupted_reads_go_on(void **state)
{
	struct sigaction sa = { .sa_handler = catch }; /* no SA_RESTART */
	unsigned char buf[20];
	struct input *in;
	int ends[2], old = dup(0);
	pid_t pid;

	(void)state;
	sigaction(SIGUSR1, &sa, NULL);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 20; i++) {
			nanosleep(&(struct timespec){ 0, 3000000 }, NULL);
			kill(getppid(), SIGUSR1);
			nanosleep(&(struct timespec){ 0, 3000000 }, NULL);
			if (write(ends[1], data + i, 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], 0);
	close(ends[0]);
	in = input_open("-", &e);
	assert_int_equal(input_read(in, buf, 20, &e), 20);
	assert_memory_equal(buf, data, 20);
	input_close(in);
	restore_stdin(old, pid);
}

static int
set_up(void **state)
{
	struct rng r;
	FILE *f;

	(void)state;
	rng_seed(&r, 7, 7);
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (unsigned char)rng_u64(&r);
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
	f = fopen(file, "w");
	assert_int_equal(fwrite(data, 1, SIZE, f), SIZE);
	fclose(f);
	return mkfifo(fifo, 0600);
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(file);
	unlink(fifo);
	return rmdir(dir); /* fails if a temporary file is left */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_reads_whole),
		cmocka_unit_test(a_pipe_of_any_step_reads_whole),
		cmocka_unit_test(a_fifo_is_read),
		cmocka_unit_test(what_is_not_consumed_becomes_seekable),
		cmocka_unit_test(stdin_may_begin_inside_a_file),
		cmocka_unit_test(an_early_end_says_where),
		cmocka_unit_test(what_cannot_be_read_is_refused_with_a_reason),
		cmocka_unit_test(a_file_that_claims_no_bytes_is_read),
		cmocka_unit_test(a_spool_that_cannot_be_written_is_an_error),
		cmocka_unit_test(interrupted_reads_go_on),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
