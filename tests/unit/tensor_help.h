/*
 * tensor_help.h - what the tests of lib/tensor share: byte strings, temporary
 * files, records made by hand, and a stream's parts as text.
 */
#ifndef TENSOR_HELP_H
#define TENSOR_HELP_H

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "tensor/le.h"
#include "tensor/stream.h"
#include "util/input.h"
#include "util/mem.h"

#define HELP __attribute__((unused)) static

struct bytes {
	unsigned char *p;
	size_t n;
};

HELP void
bytes_add(struct bytes *b, const void *p, size_t n)
{
	b->p = mem_grow(b->p, b->n + n, 1);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

HELP void
bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){ 0 };
}

/* A record: this header text, and n data bytes 0, 1, 2, ... mod 251. */
HELP void
bytes_record(struct bytes *b, const char *json, size_t n)
{
	unsigned char length[8];
	size_t at;

	le_put64(length, strlen(json));
	bytes_add(b, length, 8);
	bytes_add(b, json, strlen(json));
	at = b->n;
	b->p = mem_grow(b->p, at + n, 1);
	for (size_t i = 0; i < n; i++)
		b->p[at + i] = (unsigned char)(i % 251);
	b->n += n;
}

/* The name of a new file with these bytes; static, one at a time. */
HELP const char *
temp_file(const struct bytes *b)
{
	static char path[] = "/tmp/vq-test-tensor-XXXXXX";
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	for (size_t at = 0; at < b->n;) {
		ssize_t r = write(fd, b->p + at, b->n - at);

		assert_true(r > 0);
		at += (size_t)r;
	}
	close(fd);
	return path;
}

HELP struct bytes
read_file(const char *path)
{
	struct bytes b = { 0 };
	FILE *f = fopen(path, "rb");
	long size;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	assert_true(size >= 0);
	rewind(f);
	b.n = (size_t)size;
	b.p = mem_grow(NULL, b.n, 1);
	assert_int_equal(fread(b.p, 1, b.n, f), b.n);
	fclose(f);
	return b;
}

HELP void
text_add(struct bytes *b, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	b->n -= b->n > 0; /* the NUL */
	bytes_add(b, line, strlen(line) + 1);
}

/* "item 3+2 FL" - row0, rows, first, last, failed - and its tensors, with
 * the checksums of their data if asked. */
HELP void
text_add_part(struct bytes *b, const struct part *p, bool sums)
{
	text_add(b, "%s %zu+%zu %s%s%s", p->item, p->row0, p->rows,
		p->first ? "F" : "", p->last ? "L" : "", p->failed ? "X" : "");
	for (size_t i = 0; i < p->rec.count; i++) {
		const struct tensor *t = &p->rec.tensor[i];

		text_add(b, " %s%s:%s[", t == p->main ? "*" : "", t->name,
			dtype_name(t->dtype));
		for (size_t k = 0; k < t->rank; k++)
			text_add(b, "%s%zu", k ? "," : "", t->shape[k]);
		text_add(b, "]");
		if (sums)
			text_add(b, "%08lx", crc32_z(0, t->data, t->bytes));
	}
	text_add(b, "\n");
}

/* All parts of an input, a line each; an error is the last line. */
HELP char *
parts_of(struct input *in, struct stream_opts o, bool sums)
{
	struct stream *s = stream_open(in, o);
	struct bytes b = { 0 };
	struct part p;
	struct err e;
	int status;

	text_add(&b, "%s", "");
	while ((status = stream_next(s, &p, &e)) == 1)
		text_add_part(&b, &p, sums);
	if (status < 0)
		text_add(&b, "error: %s\n", e.msg);
	stream_close(s);
	return (char *)b.p;
}

/* text, freed, with NAME where name stood. */
HELP char *
without_name(char *text, const char *name)
{
	struct bytes out = { 0 };
	char *p, *hit;

	text_add(&out, "%s", "");
	for (p = text; (hit = strstr(p, name)); p = hit + strlen(name)) {
		*hit = '\0';
		text_add(&out, "%s", p);
		text_add(&out, "NAME");
	}
	text_add(&out, "%s", p);
	free(text);
	return (char *)out.p;
}

/* The parts of a file of these bytes. */
HELP char *
parts_of_bytes(const struct bytes *b, struct stream_opts o, bool sums)
{
	const char *path = temp_file(b);
	struct err e;
	struct input *in = input_open(path, &e);
	char *text;

	assert_non_null(in);
	text = parts_of(in, o, sums);
	input_close(in);
	unlink(path);
	return without_name(text, path);
}

/*
 * A pipe that delivers the bytes so many at a time: with O_DIRECT every write
 * is one read.  *path is its name, *fd to be closed, *pid to be waited for.
 */
HELP const char *
feed(const struct bytes *b, size_t packet, int *fd, pid_t *pid)
{
	static char path[32];
	int pair[2];
	ssize_t r;

	assert_int_equal(pipe2(pair, O_DIRECT), 0);
	*pid = fork();
	assert_true(*pid >= 0);
	if (*pid == 0) {
		close(pair[0]);
		for (size_t at = 0; at < b->n; at += (size_t)r) {
			size_t n = b->n - at < packet ? b->n - at : packet;

			r = write(pair[1], b->p + at, n);
			if (r < 0)
				break;
		}
		_exit(0);
	}
	close(pair[1]);
	*fd = pair[0];
	snprintf(path, sizeof(path), "/dev/fd/%d", pair[0]);
	return path;
}

/* The parts of the same bytes through such a pipe. */
HELP char *
parts_of_pipe(const struct bytes *b, size_t packet, struct stream_opts o)
{
	int fd;
	pid_t pid;
	const char *path = feed(b, packet, &fd, &pid);
	struct err e;
	struct input *in = input_open(path, &e);
	char *text;

	assert_non_null(in);
	text = parts_of(in, o, true);
	input_close(in);
	close(fd);
	waitpid(pid, NULL, 0);
	return without_name(text, path);
}

#endif
