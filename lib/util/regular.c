#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/regular.h"

static int
refuse(const struct stat *st, struct err *e)
{
	if (S_ISLNK(st->st_mode))
		return err_set(e, "is a symbolic link");
	if (S_ISDIR(st->st_mode))
		return err_set(e, "is a directory");
	return err_set(e, "is not a regular file");
}

int
regular_open(const char *path, int flags, struct err *e)
{
	int fd = open(path,
		flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
	int why = errno;
	struct stat st;

	if (fd < 0) {
		if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
			return refuse(&st, e);
		errno = why;
		return err_sys(e, "cannot open it");
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return refuse(&st, e);
}
