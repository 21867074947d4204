/*
 * shard.h - one of N parts of many items, by their names alone.
 *
 * An item belongs to part 1 + crc32(name) mod N, with the crc32 of zlib, gzip
 * and PNG: where it stands among others changes nothing, so that new items move
 * none, and parts are disjoint and together everything.  For it a name is its
 * raw bytes without empty components and those that are ".", so that "in/a",
 * "./in//a" and "/in/a" are of one part; ".." stays.
 */
#ifndef UTIL_SHARD_H
#define UTIL_SHARD_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

struct shard {
	size_t index, count; /* 1 to count; count 0: everything */
};

/* "I/N", 1 <= I <= N. */
int shard_parse(const char *text, struct shard *s, struct err *e);

/* name: as names_escape leaves it. */
bool shard_has(const struct shard *s, const char *name);

#endif
