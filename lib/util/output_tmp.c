#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/output_live.h"
#include "util/output_same.h"
#include "util/output_sync.h"
#include "util/output_tmp.h"

#define TRIES 100

struct output_tmp {
	struct output_live *name; /* NULL: none yet */
};

/* DIR/.BASE.XXXXXX, or without BASE where the whole would be too long. */
static char *
tmp_name(const char *path)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz012345";
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *shown = strlen(base) + 8 > 255 ? "vq" : base;
	char tail[7] = "";
	uint64_t bits = 0;

	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		bits = (uint64_t)(uintptr_t)&bits ^ (uint64_t)getpid() << 32;
	for (size_t i = 0; i < 6; i++, bits >>= 5)
		tail[i] = set[bits & 31];
	return mem_printf("%.*s.%s.%s", (int)(base - path), path, shown, tail);
}

/* A name beside path, and by use() a file of that name; -1 and errno. */
static int
take_name(struct output_tmp *t, const char *path, int (*use)(const char *, int),
	int arg)
{
	int got, why;

	for (int i = 0; i < TRIES; i++) {
		/* before it is there: a signal never leaves it */
		t->name = output_live_begin(tmp_name(path));
		got = output_live_make(t->name, use, arg);
		if (got >= 0)
			return got;
		why = errno;
		output_live_end(t->name);
		t->name = NULL;
		errno = why;
		if (why != EEXIST)
			break;
	}
	return -1;
}

static int
make_named(const char *name, int mode)
{
	return open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

/* Needs /proc; AT_EMPTY_PATH would need a privilege before Linux 6.10. */
static void
path_of(int fd, char path[32])
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

static int
name_unnamed(const char *name, int fd)
{
	char from[32];

	path_of(fd, from);
	return linkat(AT_FDCWD, from, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static void
remove_name(struct output_tmp *t)
{
	unlink(output_live_path(t->name));
	output_live_end(t->name);
	t->name = NULL;
}

static int
open_unnamed(const char *dir, mode_t mode)
{
	return open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, mode);
}

/* Tried with another file: one that had a name and lost it gets no more. */
static bool
can_name(const char *dir, const char *path)
{
	struct output_tmp trial = { NULL };
	int fd = open_unnamed(dir, 0600);
	bool can = fd >= 0 && take_name(&trial, path, name_unnamed, fd) == 0;

	if (can)
		remove_name(&trial);
	if (fd >= 0)
		close(fd);
	return can;
}

/*
 * Whether an unnamed file can be named at all must be known before there is
 * something to lose: /proc may be missing, the file system or a security
 * module may refuse.  Known of one file system at a time.
 */
static bool
can_be_named(int fd, const char *dir, const char *path)
{
	static _Atomic uint64_t known;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if (atomic_load(&known) != (uint64_t)st.st_dev + 1) {
		if (!can_name(dir, path))
			return false;
		atomic_store(&known, (uint64_t)st.st_dev + 1);
	}
	return true;
}

/* -1: not here; the other way tells why, if there is more to it. */
static int
make_unnamed(const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? mem_printf("%.*s", (int)(slash - path) + 1, path)
			  : mem_strdup(".");
	int fd = open_unnamed(dir, mode);

	if (fd >= 0 && !can_be_named(fd, dir, path)) {
		close(fd);
		fd = -1;
	}
	free(dir);
	return fd;
}

int
output_tmp_create(
	const char *path, mode_t mode, struct output_tmp **tmp, struct err *e)
{
	struct output_tmp *t = mem_zalloc(1, sizeof(*t));
	int fd = make_unnamed(path, mode);

	if (fd < 0)
		fd = take_name(t, path, make_named, (int)mode);
	if (fd >= 0) {
		*tmp = t;
		return fd;
	}
	free(t);
	return err_sys(e, "cannot create a file in its directory");
}

/* rename() that does not replace, also where the file system has no such. */
static int
rename_new(const char *from, const char *to)
{
	struct stat st;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, to) == 0)
		return unlink(from);
	if (errno == EEXIST)
		return -1;
	if (lstat(to, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

/* By errno.  from is the file that was to get the name. */
static int
cannot_name(const char *from, const char *path, enum output_tmp_over over,
	struct err *e)
{
	int why = errno;

	if (why != EEXIST || over == OUTPUT_TMP_REPLACE) {
		errno = why;
		return err_sys(e, "cannot name the finished file");
	}
	if (over == OUTPUT_TMP_NEW)
		return err_set(e, "exists (use -f to replace)");
	if (output_same(from, path))
		return 0;
	return err_set(e, "exists, with other bytes (use -f to replace)");
}

/* What is there is replaced in one step, for which both have names. */
static int
publish_named(struct output_tmp *t, const char *path, enum output_tmp_over over,
	struct err *e)
{
	const char *from = output_live_path(t->name);

	if ((over == OUTPUT_TMP_REPLACE ? rename(from, path)
					: rename_new(from, path)) != 0) {
		output_live_swept();
		return cannot_name(from, path, over, e);
	}
	output_live_end(t->name);
	t->name = NULL;
	return 0;
}

static int
publish_new(int fd, const char *path, enum output_tmp_over over, struct err *e)
{
	char from[32];
	int status;

	path_of(fd, from);
	if (name_unnamed(path, fd) != 0) {
		status = cannot_name(from, path, over, e);
		close(fd);
		return status;
	}
	if (output_sync_close(fd, e) == 0)
		return 0;
	unlink(path);
	return -1;
}

int
output_tmp_publish(struct output_tmp *t, int fd, const char *path,
	enum output_tmp_over over, struct err *e)
{
	int status = 0;

	if (!t->name && over != OUTPUT_TMP_REPLACE) {
		status = publish_new(fd, path, over, e);
	} else {
		if (!t->name && take_name(t, path, name_unnamed, fd) < 0)
			status = cannot_name("", path, over, e);
		if (output_sync_close(fd, e) != 0)
			status = -1;
		if (status == 0)
			status = publish_named(t, path, over, e);
	}
	output_tmp_drop(t);
	return status;
}

void
output_tmp_drop(struct output_tmp *t)
{
	if (t->name)
		remove_name(t);
	free(t);
}
