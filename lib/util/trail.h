/*
 * trail.h - a file that grows while a program runs, so that it can be followed,
 * and that a later run can go on with.
 */
#ifndef UTIL_TRAIL_H
#define UTIL_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/output.h"

struct trail {
	struct output *out;
	char *path;
	uint64_t kept; /* bytes from before */
	bool failed;   /* why says what; nothing more is to be written */
	struct err why;
};

/* As output_append.  The message names the path. */
int trail_open(struct trail *t, const char *path, uint64_t keep,
	struct output_opts o, struct err *e);

/* Bytes of the file so far, those kept too. */
uint64_t trail_length(const struct trail *t);

/* -1 and the first failure, if anything could not be written. */
int trail_close(struct trail *t, struct err *e);

#endif
