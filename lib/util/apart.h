/*
 * apart.h - whether the files of a command are different ones.
 */
#ifndef UTIL_APART_H
#define UTIL_APART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/strlist.h"

/* Both are there, and are one file, whatever their names. */
bool apart_same(const char *a, const char *b);

/* What apart_same() compares, for those who compare often. */
struct apart_id {
	uint64_t device, file;
	bool there;
};
struct apart_id apart_id(const char *path);
bool apart_same_id(struct apart_id a, struct apart_id b);

struct apart_file {
	const char *option; /* "-o", as in messages */
	const char *path;   /* NULL: not given; "-": stdin or stdout */
	bool grows;         /* written: what was there stays in it */
	bool after;         /* written once all is read */
};

/*
 * What would be lost if it were allowed: -1 if two of the files that are
 * written (up to written[n - 1]) are one, whether it is there yet or not, or if
 * one of them is read as well, as an option's file (up to read[m - 1]) or as an
 * operand.  One that grows may be the file of an option that reads; one that
 * is written after may be any that is read.  Devices and pipes are never the
 * same.
 */
int apart_check(const struct apart_file *written, size_t n,
	const struct apart_file *read, size_t m, const struct strlist *operands,
	struct err *e);

#endif
