/*
 * calls.c - the functions that a test can make fail (fault.h), in place of
 * those of libc.
 *
 * Those that stdio makes within libc cannot be seen from here: streams.c.
 */
#undef _FILE_OFFSET_BITS /* names with and without 64 are both defined here */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault.h"

#define HERE __builtin_return_address(0)
#define ALSO(name) __attribute__((alias(name)))

typedef int keep_fn(const struct dirent64 *);
typedef int compare_fn(const struct dirent64 **, const struct dirent64 **);

static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void (*free)(void *);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*pread)(int, void *, size_t, off_t);
	ssize_t (*write)(int, const void *, size_t);
	ssize_t (*pwrite)(int, const void *, size_t, off_t);
	ssize_t (*writev)(int, const struct iovec *, int);
	int (*fsync)(int);
	int (*fdatasync)(int);
	int (*rename)(const char *, const char *);
	int (*renameat2)(int, const char *, int, const char *, unsigned);
	int (*link)(const char *, const char *);
	int (*linkat)(int, const char *, int, const char *, int);
	int (*close)(int);
	int (*open)(const char *, int, ...);
	int (*openat)(int, const char *, int, ...);
	int (*mkostemp)(char *, int);
	DIR *(*opendir)(const char *);
	int (*scandir64)(
		const char *, struct dirent64 ***, keep_fn *, compare_fn *);
	int (*ftruncate)(int, off_t);
	int (*pthread_create)(
		pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
} real;

#define FIND(name) find(&real.name, sizeof(real.name), #name)

static void
find(void *slot, size_t n, const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	memcpy(slot, &p, n);
}

static void
find_files(void)
{
	FIND(read);
	FIND(pread);
	FIND(write);
	FIND(pwrite);
	FIND(writev);
	FIND(fsync);
	FIND(fdatasync);
	FIND(rename);
	FIND(renameat2);
	FIND(link);
	FIND(linkat);
	FIND(close);
	FIND(open);
	FIND(openat);
	FIND(mkostemp);
	FIND(opendir);
	FIND(scandir64);
	FIND(ftruncate);
}

/* Memory is asked for before any constructor runs, and by dlsym itself. */
static bool
ready(void)
{
	static bool finding;

	if (real.pthread_create)
		return true;
	if (finding)
		return false;
	finding = true;
	FIND(malloc);
	FIND(calloc);
	FIND(realloc);
	FIND(free);
	FIND(posix_memalign);
	FIND(aligned_alloc);
	find_files();
	FIND(pthread_create);
	finding = false;
	return true;
}

/* True, and errno is set, if the call fails now. */
static bool
refuse(struct fault_call c, size_t *n)
{
	int before = errno, why;

	ready();
	why = fault_next(c, n);
	errno = why ? why : before;
	return why != 0;
}

static bool
no_memory(const char *name, const void *from)
{
	return refuse(
		(struct fault_call){ FAULT_ALLOC, name, from, -1, NULL }, NULL);
}

/* For dlsym, while it looks for the functions of memory. */
static char early[4096] __attribute__((aligned(64)));
static size_t early_used;

static void *
early_alloc(size_t n)
{
	void *p = early + early_used;

	n = (n + 63) & ~(size_t)63;
	if (n > sizeof(early) - early_used)
		return NULL;
	early_used += n;
	return p;
}

void *
malloc(size_t n)
{
	if (!ready())
		return early_alloc(n);
	return no_memory("malloc", HERE) ? NULL : real.malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	if (!ready())
		return early_alloc(n * size);
	return no_memory("calloc", HERE) ? NULL : real.calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	if (!ready())
		return NULL;
	return no_memory("realloc", HERE) ? NULL : real.realloc(p, n);
}

void
free(void *p)
{
	if ((char *)p >= early && (char *)p < early + sizeof(early))
		return;
	if (ready())
		real.free(p);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	if (no_memory("posix_memalign", HERE))
		return ENOMEM;
	return real.posix_memalign(p, align, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	if (no_memory("aligned_alloc", HERE))
		return NULL;
	return real.aligned_alloc(align, n);
}

#define CALL(kind, name, fd, path) \
	((struct fault_call){ FAULT_##kind, name, HERE, fd, path })

ssize_t
read(int fd, void *p, size_t n)
{
	return refuse(CALL(READ, "read", fd, NULL), &n) ? -1
							: real.read(fd, p, n);
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	return refuse(CALL(READ, "pread", fd, NULL), &n)
		? -1
		: real.pread(fd, p, n, at);
}

ssize_t pread64(int fd, void *p, size_t n, off_t at) ALSO("pread");

ssize_t
write(int fd, const void *p, size_t n)
{
	return refuse(CALL(WRITE, "write", fd, NULL), &n)
		? -1
		: real.write(fd, p, n);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return refuse(CALL(WRITE, "pwrite", fd, NULL), &n)
		? -1
		: real.pwrite(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at) ALSO("pwrite");

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	return refuse(CALL(WRITE, "writev", fd, NULL), NULL)
		? -1
		: real.writev(fd, v, n);
}

int
fsync(int fd)
{
	return refuse(CALL(SYNC, "fsync", fd, NULL), NULL) ? -1
							   : real.fsync(fd);
}

int
fdatasync(int fd)
{
	return refuse(CALL(SYNC, "fdatasync", fd, NULL), NULL)
		? -1
		: real.fdatasync(fd);
}

int
rename(const char *from, const char *to)
{
	return refuse(CALL(RENAME, "rename", -1, to), NULL)
		? -1
		: real.rename(from, to);
}

int
renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	return refuse(CALL(RENAME, "renameat2", -1, to), NULL)
		? -1
		: real.renameat2(a, from, b, to, flags);
}

int
link(const char *from, const char *to)
{
	return refuse(CALL(RENAME, "link", -1, to), NULL) ? -1
							  : real.link(from, to);
}

int
linkat(int a, const char *from, int b, const char *to, int flags)
{
	return refuse(CALL(RENAME, "linkat", -1, to), NULL)
		? -1
		: real.linkat(a, from, b, to, flags);
}

/* The descriptor is gone also where closing failed, as on Linux. */
int
close(int fd)
{
	bool failed = refuse(CALL(CLOSE, "close", fd, NULL), NULL);
	int why = errno, r = real.close(fd);

	if (!failed)
		return r;
	errno = why;
	return -1;
}

static mode_t
mode_of(int flags, va_list ap)
{
	bool makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;

	return makes ? va_arg(ap, mode_t) : 0;
}

int
open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	if (refuse(CALL(OPEN, "open", -1, path), NULL))
		return -1;
	return real.open(path, flags, mode);
}

int open64(const char *path, int flags, ...) ALSO("open");

int
openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	if (refuse(CALL(OPEN, "openat", -1, path), NULL))
		return -1;
	return real.openat(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...) ALSO("openat");

int
mkostemp(char *path, int flags)
{
	return refuse(CALL(OPEN, "mkostemp", -1, path), NULL)
		? -1
		: real.mkostemp(path, flags);
}

int mkostemp64(char *path, int flags) ALSO("mkostemp");

DIR *
opendir(const char *path)
{
	return refuse(CALL(OPEN, "opendir", -1, path), NULL)
		? NULL
		: real.opendir(path);
}

int
scandir64(const char *path, struct dirent64 ***list, keep_fn *keep,
	compare_fn *compare)
{
	return refuse(CALL(OPEN, "scandir", -1, path), NULL)
		? -1
		: real.scandir64(path, list, keep, compare);
}

int
ftruncate(int fd, off_t n)
{
	return refuse(CALL(CUT, "ftruncate", fd, NULL), NULL)
		? -1
		: real.ftruncate(fd, n);
}

int ftruncate64(int fd, off_t n) ALSO("ftruncate");

int
pthread_create(
	pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg)
{
	if (refuse(CALL(THREAD, "pthread_create", -1, ""), NULL))
		return errno;
	return real.pthread_create(t, a, fn, arg);
}
