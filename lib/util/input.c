#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/input.h"
#include "util/input_tmp.h"
#include "util/mem.h"
#include "util/pipe.h"
#include "util/watch.h"

#define BUF_SIZE (2 * INPUT_PEEK_MAX)

struct input {
	char *name;
	int fd;
	bool is_stdin;
	bool regular;  /* read by pread, so that others may move fd's offset */
	int64_t shift; /* place in a regular file minus place in the input */
	off_t size;    /* of the file when it was opened; 0: not known */
	uint64_t offset; /* consumed */
	bool eof;
	struct watch *watch; /* NULL: none */
	unsigned char *buf;
	size_t head, tail; /* buf[head..tail) is read and not consumed */
};

static int
refuse_useless(const struct stat *st, int fd, struct err *e)
{
	if (S_ISDIR(st->st_mode))
		return err_set(e, "is a directory");
	if (isatty(fd))
		return err_set(e,
			"reading from a terminal; "
			"give a file or pipe (see --help)");
	return 0;
}

static struct input *
input_new(const char *name, int fd, const struct stat *st)
{
	struct input *in = mem_zalloc(1, sizeof(*in));
	off_t at;

	in->name = mem_strdup(name);
	in->fd = fd;
	in->buf = mem_alloc(BUF_SIZE, 1);
	/* Files in /proc say they are regular and have 0 bytes. */
	in->regular = S_ISREG(st->st_mode) && st->st_size > 0;
	if (!in->regular) {
		pipe_widen(fd);
		return in;
	}
	in->size = st->st_size;
	at = lseek(fd, 0, SEEK_CUR); /* stdin may begin further on */
	if (at < 0)
		in->regular = false;
	else
		in->shift = at;
	return in;
}

/* What say_init() puts into the place of a closed stdin is write-only. */
static bool
can_read(int fd)
{
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY)
		return true;
	errno = EBADF;
	return false;
}

struct input *
input_open(const char *path, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct input *in;
	struct stat st;
	int fd;

	fd = is_stdin ? STDIN_FILENO
		      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0 || !can_read(fd)) {
		err_set(e, "%s", strerror(errno));
		goto fail;
	}
	if (refuse_useless(&st, fd, e) != 0)
		goto fail;
	in = input_new(is_stdin ? "stdin" : path, fd, &st);
	in->is_stdin = is_stdin;
	return in;
fail:
	if (fd >= 0 && !is_stdin)
		close(fd);
	return NULL;
}

void
input_close(struct input *in)
{
	if (!in)
		return;
	/* The next reader of the same stdin goes on behind what we used. */
	if (in->is_stdin && in->regular && in->fd == STDIN_FILENO)
		lseek(in->fd, (off_t)((int64_t)in->offset + in->shift),
			SEEK_SET);
	if (in->fd != STDIN_FILENO || !in->is_stdin)
		close(in->fd);
	free(in->buf);
	free(in->name);
	free(in);
}

const char *
input_label(const char *path)
{
	return strcmp(path, "-") == 0 ? "stdin" : path;
}

const char *
input_name(const struct input *in)
{
	return in->name;
}

void
input_watch(struct input *in, struct watch *w)
{
	in->watch = w;
	in->regular = false; /* it has no end yet to seek by */
}

uint64_t
input_offset(const struct input *in)
{
	return in->offset;
}

bool
input_is_regular(const struct input *in)
{
	return in->regular;
}

/* Whole records may be missing at the end of a file that was cut meanwhile. */
static int
check_end(const struct input *in, struct err *e)
{
	struct stat st;

	if (!in->regular || fstat(in->fd, &st) != 0 || st.st_size >= in->size)
		return 0;
	return err_set(e, "became shorter while it was read");
}

/* One read() of what comes behind buf[tail): 0 at the end, or -1. */
static ssize_t
read_some(struct input *in, void *to, size_t n, struct err *e)
{
	int64_t at = (int64_t)(in->offset + in->tail - in->head) + in->shift;
	struct pollfd ready = { .fd = in->fd, .events = POLLIN };
	ssize_t got;

	if (in->eof)
		return 0;
	for (;;) {
		got = in->watch       ? watch_read(in->watch, in->fd, to, n)
			: in->regular ? pread(in->fd, to, n, (off_t)at)
				      : read(in->fd, to, n);
		if (got >= 0)
			break;
		if (errno == EAGAIN) /* somebody made the pipe non-blocking */
			poll(&ready, 1, -1);
		else if (errno != EINTR)
			return err_sys(e, "cannot read");
	}
	if (got == 0 && check_end(in, e) != 0)
		return -1; /* and again, where somebody looks ahead only */
	in->eof = got == 0;
	return got;
}

ptrdiff_t
input_peek(struct input *in, size_t n, const unsigned char **p, struct err *e)
{
	ssize_t got;

	if (n > INPUT_PEEK_MAX)
		n = INPUT_PEEK_MAX;
	if (in->head + n > BUF_SIZE) {
		memmove(in->buf, in->buf + in->head, in->tail - in->head);
		in->tail -= in->head;
		in->head = 0;
	}
	while (in->tail - in->head < n) {
		got = read_some(in, in->buf + in->tail, BUF_SIZE - in->tail, e);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		in->tail += (size_t)got;
	}
	*p = in->buf + in->head;
	return (ptrdiff_t)(in->tail - in->head < n ? in->tail - in->head : n);
}

static size_t
take_buffered(struct input *in, void *to, size_t n)
{
	if (n > in->tail - in->head)
		n = in->tail - in->head;
	if (to && n)
		memcpy(to, in->buf + in->head, n);
	in->head += n;
	in->offset += n;
	if (in->head == in->tail)
		in->head = in->tail = 0;
	return n;
}

ptrdiff_t
input_read(struct input *in, void *buf, size_t n, struct err *e)
{
	unsigned char *to = buf;
	const unsigned char *p;
	size_t have = take_buffered(in, to, n);
	ssize_t got;

	/* Large reads go straight to the caller, small ones by the buffer. */
	while (have < n) {
		if (n - have >= BUF_SIZE) {
			got = read_some(in, to + have, n - have, e);
			in->offset += got > 0 ? (size_t)got : 0;
		} else {
			got = input_peek(in, 1, &p, e);
			if (got > 0)
				got = (ssize_t)take_buffered(
					in, to + have, n - have);
		}
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ptrdiff_t)have;
}

/* Bytes of a regular file from the next unconsumed one on. */
static int
rest_of_file(const struct input *in, uint64_t *rest, struct err *e)
{
	int64_t at = (int64_t)in->offset + in->shift;
	struct stat st;

	if (fstat(in->fd, &st) != 0)
		return err_sys(e, "cannot read");
	*rest = st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
	return 0;
}

bool
input_left(const struct input *in, uint64_t *left)
{
	struct err e;

	return in->regular && rest_of_file(in, left, &e) == 0;
}

int
input_skip(struct input *in, uint64_t n, struct err *e)
{
	const unsigned char *p;
	uint64_t rest;
	ptrdiff_t got;

	n -= take_buffered(in, NULL, n < SIZE_MAX ? (size_t)n : SIZE_MAX);
	if (n && in->regular) {
		if (rest_of_file(in, &rest, e) != 0)
			return -1;
		in->offset += n < rest ? n : rest;
		n -= n < rest ? n : rest;
	}
	for (; n; n -= (uint64_t)got) {
		got = input_peek(in, 1, &p, e);
		if (got < 0)
			return -1;
		if (got == 0)
			return err_set(e,
				"the input ends at byte %ju, %ju bytes are "
				"missing",
				(uintmax_t)in->offset, (uintmax_t)n);
		got = (ptrdiff_t)take_buffered(
			in, NULL, n < BUF_SIZE ? (size_t)n : BUF_SIZE);
	}
	return 0;
}

/* Move the rest of the input to a temporary file and continue there. */
static int
spool(struct input *in, struct err *e)
{
	uint64_t begin = in->offset;
	const unsigned char *p;
	int fd = input_tmp_open(e);
	ptrdiff_t got;

	if (fd < 0)
		return -1;
	while ((got = input_peek(in, 1, &p, e)) > 0) {
		if (input_tmp_write(fd, p, in->tail - in->head, e) != 0)
			goto fail;
		take_buffered(in, NULL, SIZE_MAX);
	}
	if (got < 0)
		goto fail;
	if (!in->is_stdin)
		close(in->fd);
	in->fd = fd;
	in->size = 0;
	in->regular = true;
	in->offset = begin;
	in->shift = -(int64_t)begin;
	in->eof = false;
	return 0;
fail:
	close(fd);
	return -1;
}

int
input_spool(struct input *in, struct input_region *r, struct err *e)
{
	if (!in->regular && spool(in, e) != 0)
		return -1;
	r->fd = in->fd;
	r->start = (uint64_t)((int64_t)in->offset + in->shift);
	return rest_of_file(in, &r->size, e);
}

struct input *
input_again(const struct input *in, struct err *e)
{
	int fd = fcntl(in->fd, F_DUPFD_CLOEXEC, 3);
	struct input *again;

	if (fd < 0) {
		err_sys(e, "cannot open again");
		return NULL;
	}
	again = mem_zalloc(1, sizeof(*again));
	again->name = mem_strdup(in->name);
	again->fd = fd;
	again->buf = mem_alloc(BUF_SIZE, 1);
	again->regular = true; /* in is, or was spooled */
	again->shift = in->shift + (int64_t)in->offset;
	again->size = in->size;
	return again;
}
