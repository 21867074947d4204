/*
 * watch.h - reading what is still growing.
 *
 * Who watches is asked again and again while nothing comes, so that it can do
 * something else; and a regular file that has no more yet is waited for, as
 * `tail -f` does.  Pipes, and what has no path, end as they always do.
 */
#ifndef UTIL_WATCH_H
#define UTIL_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct watch {
	/* Milliseconds until it is to be asked again; it may be sooner.  Below
	 * 0: the input ends here. */
	int (*turn)(void *arg);
	void *arg;
	const char *path; /* of a file that may grow or be replaced; or NULL */

	bool stopped;  /* turn said so */
	bool cut;      /* the file became shorter than what was read: an end */
	bool replaced; /* another file has its name, and this one is read: an
			  end too */
};

/* As read(2): 0 only at the end, -1 also for EAGAIN and EINTR (call again). */
ssize_t watch_read(struct watch *w, int fd, void *to, size_t n);

#endif
