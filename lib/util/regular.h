/*
 * regular.h - open what must be a regular file of its own.
 *
 * For files whose names we choose in folders that others may write to: what
 * stands there instead, a symbolic link to somewhere else, a FIFO that nobody
 * reads, a device, is neither followed, waited for nor written to.
 */
#ifndef UTIL_REGULAR_H
#define UTIL_REGULAR_H

#include "util/err.h"

/*
 * flags as of open(2); what O_CREAT makes gets mode 0666, less the umask.  The
 * descriptor, or -1 and what stands there (without the path).
 */
int regular_open(const char *path, int flags, struct err *e);

#endif
