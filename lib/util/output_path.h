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

/*
 * -1 if a symbolic link between root, with which path begins, and the end of
 * path leads out of root, or nowhere.  Not for folders that others may change
 * meanwhile.
 */
int output_path_below(const char *root, const char *path, struct err *e);

/* Make the directories above path that are missing. */
int output_path_parents(const char *path, struct err *e);

#endif
