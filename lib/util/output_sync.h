/*
 * output_sync.h - what was written reaches the disk.  For output.c only.
 *
 * A file system that cannot sync (EINVAL, EROFS, ...) is no error.
 */
#ifndef UTIL_OUTPUT_SYNC_H
#define UTIL_OUTPUT_SYNC_H

#include "util/err.h"

/* Sync an open file. */
int output_sync_fd(int fd, struct err *e);

/* Close it; -1 where that fails, or fd is none.  A remote file system may tell
 * only here that the disk is full. */
int output_sync_close(int fd, struct err *e);

/* Sync the directory that holds path. */
int output_sync_dir(const char *path, struct err *e);

/* Remember path for output_sync_group. */
void output_sync_later(const char *path);

#endif
