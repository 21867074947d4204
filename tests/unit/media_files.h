/*
 * media_files.h - scratch files and inputs for the tests of lib/media.
 */
#ifndef MEDIA_FILES_H
#define MEDIA_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/input.h"
#include "util/mem.h"
#include "util/output.h"

struct bytes {
	unsigned char *p;
	size_t n;
};

static inline struct bytes
bytes_read(const char *path)
{
	struct bytes b = { 0 };
	FILE *f = fopen(path, "rb");
	long n;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	rewind(f);
	b.n = (size_t)n;
	b.p = mem_alloc(b.n, 1);
	assert_int_equal(fread(b.p, 1, b.n, f), b.n);
	fclose(f);
	return b;
}

static inline void
bytes_write(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* A name in this test's scratch directory, valid until the next call but 3. */
static inline const char *
scratch(const char *name)
{
	static char dir[64], path[4][256];
	static unsigned turn;

	if (dir[0] == '\0') {
		strcpy(dir, "/tmp/vq-media-XXXXXX");
		assert_non_null(mkdtemp(dir));
	}
	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s%s%s", dir,
		name != NULL ? "/" : "", name != NULL ? name : "");
	return path[turn];
}

static inline int
scratch_remove(void **state)
{
	char *command = mem_printf("rm -rf '%s'", scratch(NULL));
	int status = system(command);

	(void)state;
	free(command);
	return status;
}

/* An input that reads from a pipe what a child writes, `piece` at a time. */
static inline struct input *
piped(const unsigned char *p, size_t n, size_t piece, pid_t *child)
{
	char path[32];
	int fd[2];
	struct err e;
	struct input *in;

	assert_int_equal(pipe(fd), 0);
	*child = fork();
	if (*child == 0) {
		close(fd[0]);
		for (size_t m; n > 0; p += m, n -= m) {
			m = n < piece ? n : piece;
			if (write(fd[1], p, m) != (ptrdiff_t)m)
				_exit(1);
		}
		_exit(0);
	}
	close(fd[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", fd[0]);
	in = input_open(path, &e);
	assert_non_null(in);
	close(fd[0]);
	return in;
}

#endif
