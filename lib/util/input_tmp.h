/*
 * input_tmp.h - where something goes that cannot seek: a file without a name
 * in $TMPDIR, or in /tmp.
 */
#ifndef UTIL_INPUT_TMP_H
#define UTIL_INPUT_TMP_H

#include <stddef.h>

#include "util/err.h"

/* Open for reading and writing; -1 on error. */
int input_tmp_open(struct err *e);

/* Write all of p, of an input; the error names the folder. */
int input_tmp_write(int fd, const unsigned char *p, size_t n, struct err *e);

#endif
