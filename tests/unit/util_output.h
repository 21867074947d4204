/*
 * util_output.h - what the two tests of outputs share: a test starts in an
 * empty directory of its own.
 */
#ifndef UNIT_UTIL_OUTPUT_H
#define UNIT_UTIL_OUTPUT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/mem.h"
#include "util/output.h"

/* A test may use some of them only. */
#define HELP __attribute__((unused)) static

static const struct output_opts plain, force = { .force = true };
static struct err e;
static char dir[] = "/tmp/outputXXXXXX";

static int
set_up(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	return !mkdtemp(dir) || chdir(dir) != 0;
}

static int
tear_down(void **state)
{
	char *command = mem_printf("rm -r %s", dir);
	int r = chdir("/") | system(command);

	(void)state;
	free(command);
	return r;
}

/* The names in the directory, without "." and "..", unsorted. */
HELP size_t
count_files(void)
{
	DIR *d = opendir(".");
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

HELP void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

HELP void
assert_file(const char *path, const char *text)
{
	char buf[256];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	fclose(f);
	assert_string_equal(buf, text);
}

HELP int
write_text(const char *path, struct output_opts opts, const char *text)
{
	struct output *o = output_open(path, opts, &e);

	if (!o)
		return -1;
	assert_int_equal(output_write(o, text, strlen(text), &e), 0);
	return output_commit(o, &e);
}

#endif
