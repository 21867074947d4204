/*
 * streams.c - streams of the command, over calls that can fail (calls.c).
 *
 * Those of libraries only fail to open: they may ask a stream for its
 * descriptor, which these do not have.
 */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault.h"

#define HERE __builtin_return_address(0)
#define ALSO(name) __attribute__((alias(name)))

static int
fd_of(void *cookie)
{
	return (int)(intptr_t)cookie;
}

/* 0, or -1 and errno. */
static int
next(enum fault_kind kind, const char *name, int fd, size_t *n)
{
	int why = fault_next(
		(struct fault_call){ kind, name, fault_us(), fd, NULL }, n);

	if (why)
		errno = why;
	return why ? -1 : 0;
}

static ssize_t
stream_read(void *cookie, char *p, size_t n)
{
	int fd = fd_of(cookie);

	if (next(FAULT_READ, "fread", fd, &n) != 0)
		return -1;
	return syscall(SYS_read, fd, p, n);
}

/* 0 is what fopencookie takes for an error. */
static ssize_t
stream_write(void *cookie, const char *p, size_t n)
{
	int fd = fd_of(cookie);
	ssize_t put;

	if (next(FAULT_WRITE, "fwrite", fd, &n) != 0)
		return 0;
	put = syscall(SYS_write, fd, p, n);
	return put < 0 ? 0 : put;
}

static int
stream_seek(void *cookie, off64_t *at, int from)
{
	long r = syscall(SYS_lseek, fd_of(cookie), *at, from);

	if (r < 0)
		return -1;
	*at = r;
	return 0;
}

static int
stream_close(void *cookie)
{
	int fd = fd_of(cookie);
	int failed = next(FAULT_CLOSE, "fclose", fd, NULL), why = errno;
	long r = syscall(SYS_close, fd);

	if (!failed)
		return (int)r;
	errno = why;
	return -1;
}

static FILE *
stream(int fd, const char *mode)
{
	static const cookie_io_functions_t io = { stream_read, stream_write,
		stream_seek, stream_close };

	return fopencookie((void *)(intptr_t)fd, mode, io);
}

static int
flags_of(const char *mode)
{
	int how = strchr(mode, '+') ? O_RDWR
		: *mode == 'r'      ? O_RDONLY
				    : O_WRONLY;

	if (*mode == 'w')
		how |= O_CREAT | O_TRUNC;
	if (*mode == 'a')
		how |= O_CREAT | O_APPEND;
	return how | O_CLOEXEC;
}

FILE *
fopen(const char *path, const char *mode)
{
	static FILE *(*real)(const char *, const char *);
	void *p = dlsym(RTLD_NEXT, "fopen");
	int why = fault_next(
		(struct fault_call){ FAULT_OPEN, "fopen", HERE, -1, path },
		NULL);
	long fd;

	memcpy(&real, &p, sizeof(p));
	errno = why;
	if (why)
		return NULL;
	if (!fault_ours(HERE))
		return real(path, mode);
	fd = syscall(SYS_openat, AT_FDCWD, path, flags_of(mode), 0666);
	return fd < 0 ? NULL : stream((int)fd, mode);
}

FILE *fopen64(const char *path, const char *mode) ALSO("fopen");

FILE *
fdopen(int fd, const char *mode)
{
	return stream(fd, mode);
}
