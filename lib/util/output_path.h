/*
 * output_path.h - where an output file really goes.  For output.c only.
 */
#ifndef UTIL_OUTPUT_PATH_H
#define UTIL_OUTPUT_PATH_H

#include "util/err.h"

/*
 * Follow symbolic links in the last component, whether or not anything is at
 * the end.  malloc'd; NULL for a loop.
 */
char *output_path_resolve(const char *path, struct err *e);

/* Make the directories above path that are missing. */
int output_path_parents(const char *path, struct err *e);

#endif
