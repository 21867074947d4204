#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "util/lock.h"
#include "util/mem.h"
#include "util/output_path.h"
#include "util/regular.h"

/* DIR/.NAME.lock of what path leads to; malloc'd, NULL for a loop of links. */
static char *
lock_name(const char *path, struct err *e)
{
	char *at = output_path_resolve(path, e), *name;
	const char *slash, *base;

	if (!at)
		return NULL;
	slash = strrchr(at, '/');
	base = slash ? slash + 1 : at;
	name = mem_printf("%.*s.%s.lock", (int)(base - at), at, base);
	free(at);
	return name;
}

static int
take(int fd, int how)
{
	int status;

	do {
		status = flock(fd, LOCK_EX | how);
	} while (status != 0 && errno == EINTR);
	return status;
}

int
lock_take(const char *path, void (*waiting)(const char *path), struct err *e)
{
	char *name = lock_name(path, e);
	int fd, status;

	if (!name)
		return -1;
	fd = regular_open(name, O_RDWR | O_CREAT, e);
	if (fd < 0) {
		err_wrap(e, "cannot make the lock %s", name);
		free(name);
		return -1;
	}
	status = take(fd, LOCK_NB);
	if (status != 0 && errno == EWOULDBLOCK) {
		if (waiting)
			waiting(path);
		status = take(fd, 0);
	}
	if (status != 0) {
		err_sys(e, "cannot lock %s", name);
		close(fd);
		fd = -1;
	}
	free(name);
	return fd;
}

void
lock_drop(int lock)
{
	if (lock >= 0)
		close(lock);
}
