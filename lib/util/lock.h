/*
 * lock.h - one process at a time with a file that is replaced.
 *
 * flock(2) on .NAME.lock beside the file, which stays there, empty: a file
 * that is replaced by renaming cannot hold the lock itself.  The kernel drops
 * it when the holder ends, however it ends.  Over NFS Linux turns it into a
 * lock of the server (since 2.6.12), where the mount has locking.  A lock that
 * is a symbolic link or no regular file is refused.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include "util/err.h"

/*
 * Wait until nobody else has it; symbolic links to the file are followed.
 * waiting, if not NULL, is called once where it is not free at once.  The
 * descriptor to give back, or -1.
 */
int lock_take(
	const char *path, void (*waiting)(const char *path), struct err *e);
void lock_drop(int lock);

#endif
