/*
 * fuzz.h - what the targets share: the function that each one is, and its bytes
 * as files and pipes.
 *
 * A target gives one reader of the library some bytes.  Whatever they are, it
 * has an answer or an error in words; what else must hold, the target asserts.
 * It leaves nothing behind: the next bytes meet the same reader.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/err.h"
#include "util/input.h"

/* libFuzzer's interface, which AFL++ has too; replay.c calls it else. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also with NDEBUG. */
#define FUZZ_HOLDS(what) \
	((what) ? (void)0 \
		: (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what), \
			  abort()))

/* Helpers that not every target calls. */
#define FUZZ_HELP __attribute__((unused)) static

/* A file in memory that holds the bytes, until the next call. */
FUZZ_HELP const char *
fuzz_path(const uint8_t *data, size_t size)
{
	static char path[40];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	FUZZ_HOLDS(fd >= 0 && ftruncate(fd, 0) == 0);
	FUZZ_HOLDS(pwrite(fd, data, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

FUZZ_HELP struct input *
fuzz_input(const uint8_t *data, size_t size)
{
	struct err e;
	struct input *in = input_open(fuzz_path(data, size), &e);

	FUZZ_HOLDS(in != NULL);
	return in;
}

/* The same bytes as a pipe on stdin; of up to FUZZ_PIPE_MOST, which it holds. */
#define FUZZ_PIPE_MOST ((size_t)65536)

FUZZ_HELP struct input *
fuzz_pipe(const uint8_t *data, size_t size)
{
	struct err e;
	struct input *in;
	int ends[2];

	FUZZ_HOLDS(pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == 0);
	FUZZ_HOLDS(write(ends[1], data, size) == (ssize_t)size);
	close(ends[0]);
	close(ends[1]);
	in = input_open("-", &e);
	FUZZ_HOLDS(in != NULL);
	return in;
}

/* An error has words: e begins with none, and status is what came of it. */
FUZZ_HELP void
fuzz_said(int status, const struct err *e)
{
	FUZZ_HOLDS(status >= 0 || *e->msg);
}

#endif
