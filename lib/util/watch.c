#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/watch.h"

/* Milliseconds: a signal that comes between the question whether there was one
 * and the wait for data is noticed this late; and so is what a file got. */
#define WAIT_MAX 200

static bool
is_other(const char *path, const struct stat *st)
{
	struct stat now;

	return stat(path, &now) == 0 &&
		(now.st_ino != st->st_ino || now.st_dev != st->st_dev);
}

/* A file has no more for now: true if there will be none. */
static bool
is_over(struct watch *w, int fd)
{
	struct stat st;

	if (!w->path || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	w->cut = lseek(fd, 0, SEEK_CUR) > st.st_size;
	w->replaced = !w->cut && is_other(w->path, &st);
	return w->cut || w->replaced;
}

ssize_t
watch_read(struct watch *w, int fd, void *to, size_t n)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	bool idle = false; /* a file that had no more */

	for (;;) {
		int ms = w->turn(w->arg);
		ssize_t got;

		if (ms < 0) {
			w->stopped = true;
			return 0;
		}
		if (ms > WAIT_MAX)
			ms = WAIT_MAX;
		if (idle)
			poll(NULL, 0, ms);
		else if (poll(&ready, 1, ms) <= 0)
			continue;
		got = read(fd, to, n);
		if (got != 0 || is_over(w, fd))
			return got;
		idle = true;
	}
}
