/*
 * output_late.h - an output that is tried at the beginning of long work, and
 * made at its end: one that is held open would be left behind by a kill.
 */
#ifndef UTIL_OUTPUT_LATE_H
#define UTIL_OUTPUT_LATE_H

#include "util/output.h"

/* As output_open.  late: what is a file, or will be one, is closed again, and
 * *out is NULL. */
int output_late_begin(struct output **out, const char *path,
	struct output_opts o, bool late, struct err *e);

/* Opens *out where it is NULL. */
int output_late_end(struct output **out, const char *path, struct output_opts o,
	struct err *e);

#endif
