/*
 * output_same.h - whether two files hold the same.  For output_tmp.c only.
 */
#ifndef UTIL_OUTPUT_SAME_H
#define UTIL_OUTPUT_SAME_H

#include <stdbool.h>

/* Both are regular files that can be read, and have the same bytes. */
bool output_same(const char *a, const char *b);

#endif
