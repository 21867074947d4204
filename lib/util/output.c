#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/output.h"
#include "util/output_path.h"
#include "util/output_sync.h"
#include "util/output_tmp.h"
#include "util/pipe.h"

#define BUF_SIZE ((size_t)65536)

struct output {
	struct output_opts opts;
	int fd;
	char *path; /* NULL: written directly */
	struct output_tmp *tmp;
	bool seekable;
	bool broken;      /* a write failed: nothing more, no commit */
	off_t base;       /* place of our first byte in a seekable file */
	uint64_t flushed; /* bytes given to the kernel */
	size_t used;      /* bytes in buf */
	unsigned char buf[BUF_SIZE];
};

/* A size limit is an error of write(), not a death without a word. */
static void
survive_limits(void)
{
	signal(SIGXFSZ, SIG_IGN);
}

static struct output *
output_new(int fd, struct output_opts opts)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct output *o = mem_alloc(1, sizeof(*o));

	pthread_once(&once, survive_limits);
	memset(o, 0, offsetof(struct output, buf));
	o->fd = fd;
	o->opts = opts;
	return o;
}

static int
refuse_terminal(int fd, struct output_opts opts, struct err *e)
{
	if (opts.text || opts.force || !isatty(fd))
		return 0;
	return err_set(e,
		"refusing to write binary data to a terminal "
		"(use -f or redirect)");
}

/* What say_init() puts into the place of a closed stdout is read-only. */
static bool
can_write(int fd)
{
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		return true;
	errno = EBADF;
	return false;
}

static struct output *
open_stdout(struct output_opts opts, struct err *e)
{
	struct output *o;
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) != 0 || !can_write(STDOUT_FILENO)) {
		err_set(e, "%s", strerror(errno));
		return NULL;
	}
	if (refuse_terminal(STDOUT_FILENO, opts, e) != 0)
		return NULL;
	pipe_widen(STDOUT_FILENO);
	o = output_new(STDOUT_FILENO, opts);
	/* ">" may begin inside a file; with ">>" pwrite() appends. */
	o->base = lseek(STDOUT_FILENO, 0, SEEK_CUR);
	o->seekable = S_ISREG(st.st_mode) && o->base >= 0 &&
		!(fcntl(STDOUT_FILENO, F_GETFL) & O_APPEND);
	return o;
}

/* A device or a FIFO. */
static struct output *
open_direct(const char *path, struct output_opts opts, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		err_set(e, "%s", strerror(errno));
		return NULL;
	}
	if (refuse_terminal(fd, opts, e) != 0) {
		close(fd);
		return NULL;
	}
	pipe_widen(fd);
	return output_new(fd, opts);
}

/*
 * The new file looks like the one that it will replace, as far as we may and
 * the file system can: a file of others becomes ours but for root.
 */
static void
copy_mode(int fd, const struct stat *st)
{
	bool ours = st->st_uid == geteuid() && st->st_gid == getegid();

	if (!ours && fchown(fd, st->st_uid, st->st_gid) != 0)
		errno = 0;
	if (fchmod(fd, st->st_mode & 0777) != 0)
		errno = 0;
}

/* old is what stands there now; NULL: nothing. */
static struct output *
open_file(const char *path, struct output_opts opts, const struct stat *old,
	struct err *e)
{
	char *real = output_path_resolve(path, e);
	struct output_tmp *tmp;
	struct output *o;
	int fd;

	if (!real)
		return NULL;
	fd = output_tmp_create(real, old ? 0600 : 0666, &tmp, e);
	if (fd < 0) {
		free(real);
		return NULL;
	}
	if (old)
		copy_mode(fd, old);
	o = output_new(fd, opts);
	o->path = real;
	o->tmp = tmp;
	o->seekable = true;
	return o;
}

static struct output *
open_path(const char *path, struct output_opts opts, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			goto directory;
		if (!S_ISREG(st.st_mode) && !opts.root)
			return open_direct(path, opts, e);
		if (!S_ISREG(st.st_mode)) {
			err_set(e, "is not a regular file");
			return NULL;
		}
		if (opts.force || opts.same)
			return open_file(path, opts, &st, e);
		err_set(e, "exists (use -f to replace)");
		return NULL;
	}
	if (errno != ENOENT || !*path) {
		err_set(e, "%s", strerror(errno));
		return NULL;
	}
	if (path[strlen(path) - 1] == '/')
		goto directory;
	return open_file(path, opts, NULL, e);
directory:
	err_set(e, "is a directory");
	return NULL;
}

const char *
output_label(const char *path)
{
	return !path || strcmp(path, "-") == 0 ? "stdout" : path;
}

struct output *
output_open(const char *path, struct output_opts opts, struct err *e)
{
	if (!path || strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
		return open_stdout(opts, e);
	if (opts.root && output_path_below(opts.root, path, e) != 0)
		return NULL;
	if (opts.parents && output_path_parents(path, e) != 0)
		return NULL;
	return open_path(path, opts, e);
}

/* Keep so many bytes of a file, and write behind them. */
static int
cut(struct output *o, off_t size, uint64_t keep, struct err *e)
{
	if (keep == 0 && size > 0 && !o->opts.force)
		return err_set(e, "exists (use -f to replace)");
	if ((uint64_t)size < keep)
		return err_set(e,
			"has %jd bytes, not the %ju to go on behind: it was "
			"changed since (start anew, with -f)",
			(intmax_t)size, (uintmax_t)keep);
	if (ftruncate(o->fd, (off_t)keep) != 0 ||
		lseek(o->fd, (off_t)keep, SEEK_SET) < 0)
		return err_sys(e, "cannot cut it to its length");
	o->base = (off_t)keep;
	o->seekable = true;
	return 0;
}

struct output *
output_append(
	const char *path, uint64_t keep, struct output_opts opts, struct err *e)
{
	bool is_stderr = strcmp(path, "-") == 0;
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
	int fd = is_stderr ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
			   : open(path, flags, 0666);
	struct output *o;
	struct stat st;

	if (fd < 0) {
		err_set(e, "%s", strerror(errno));
		return NULL;
	}
	o = output_new(fd, opts);
	if (refuse_terminal(fd, opts, e) == 0 &&
		(is_stderr || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
			cut(o, st.st_size, keep, e) == 0))
		return o;
	output_abort(o);
	return NULL;
}

/* One write of at most n bytes, behind the others or (at >= 0) in place. */
static ssize_t
write_some(struct output *o, const void *p, size_t n, off_t at, struct err *e)
{
	struct pollfd ready = { .fd = o->fd, .events = POLLOUT };
	ssize_t put;

	for (;;) {
		put = at >= 0 ? pwrite(o->fd, p, n, at) : write(o->fd, p, n);
		if (put > 0)
			return put;
		if (put == 0)
			errno = ENOSPC;
		if (put < 0 && errno == EAGAIN)
			poll(&ready, 1, -1);
		else if (errno != EINTR)
			break;
	}
	o->broken = true;
	return err_sys(e, "cannot write");
}

static int
write_all(struct output *o, const void *buf, size_t n, off_t at, struct err *e)
{
	const unsigned char *p = buf;
	ssize_t put;

	for (; n; p += put, n -= (size_t)put) {
		put = write_some(o, p, n, at, e);
		if (put < 0)
			return -1;
		if (at >= 0)
			at += put;
		else
			o->flushed += (uint64_t)put;
	}
	return 0;
}

int
output_flush(struct output *o, struct err *e)
{
	size_t n = o->used;

	if (o->broken)
		return err_set(e, "an earlier write failed");
	o->used = 0;
	return write_all(o, o->buf, n, -1, e);
}

int
output_write(struct output *o, const void *buf, size_t n, struct err *e)
{
	if (o->broken)
		return err_set(e, "an earlier write failed");
	if (n > BUF_SIZE - o->used && output_flush(o, e) != 0)
		return -1;
	if (n >= BUF_SIZE)
		return write_all(o, buf, n, -1, e);
	if (n)
		memcpy(o->buf + o->used, buf, n);
	o->used += n;
	return 0;
}

uint64_t
output_offset(const struct output *o)
{
	return o->flushed + o->used;
}

bool
output_broken(const struct output *o)
{
	return o->broken;
}

bool
output_seekable(const struct output *o)
{
	return o->seekable;
}

int
output_pwrite(
	struct output *o, uint64_t at, const void *buf, size_t n, struct err *e)
{
	assert(o->seekable && at <= output_offset(o) &&
		n <= output_offset(o) - at);
	if (output_flush(o, e) != 0)
		return -1;
	return write_all(o, buf, n, o->base + (off_t)at, e);
}

static int
commit_direct(struct output *o, struct err *e)
{
	int fd = o->fd;

	if (output_flush(o, e) != 0)
		return -1;
	/* stdout itself stays open for others */
	if (fd == STDOUT_FILENO)
		return output_sync_close(dup(fd), e);
	o->fd = -1;
	return output_sync_close(fd, e);
}

static int
commit_file(struct output *o, struct err *e)
{
	struct output_tmp *tmp = o->tmp;
	int fd = o->fd;

	if (output_flush(o, e) != 0)
		return -1;
	if (!o->opts.nosync && output_sync_fd(fd, e) != 0)
		return -1;
	o->fd = -1;
	o->tmp = NULL;
	if (output_tmp_publish(tmp, fd, o->path,
		    o->opts.force          ? OUTPUT_TMP_REPLACE
			    : o->opts.same ? OUTPUT_TMP_SAME
					   : OUTPUT_TMP_NEW,
		    e) != 0)
		return -1;
	if (!o->opts.nosync)
		return output_sync_dir(o->path, e);
	output_sync_later(o->path);
	return 0;
}

int
output_commit(struct output *o, struct err *e)
{
	int r = o->path ? commit_file(o, e) : commit_direct(o, e);

	output_abort(o);
	return r;
}

void
output_abort(struct output *o)
{
	if (!o)
		return;
	if (o->fd >= 0 && o->fd != STDOUT_FILENO)
		close(o->fd);
	if (o->tmp)
		output_tmp_drop(o->tmp);
	free(o->path);
	free(o);
}
