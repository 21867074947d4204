/*
 * input_tmp.h - where an input goes that cannot seek.  For input.c only; the
 * file itself, input_tmpfile, is of input.h.
 */
#ifndef UTIL_INPUT_TMP_H
#define UTIL_INPUT_TMP_H

#include <stddef.h>

#include "util/err.h"

/* Write all of p; the error names the folder. */
int input_tmp_write(int fd, const unsigned char *p, size_t n, struct err *e);

#endif
