#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/input_tmp.h"
#include "util/mem.h"

static const char *
tmp_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

int
input_tmp_open(struct err *e)
{
	const char *dir = tmp_dir();
	char *name;
	int fd;

	signal(SIGXFSZ, SIG_IGN); /* a size limit is an error of write() */
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	name = mem_printf("%s/vqtools.XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	else
		err_sys(e, "cannot make a temporary file in %s", dir);
	free(name);
	return fd;
}

int
input_tmp_write(int fd, const unsigned char *p, size_t n, struct err *e)
{
	ssize_t put;

	for (; n; p += put, n -= (size_t)put) {
		put = write(fd, p, n);
		if (put < 0 && errno != EINTR)
			return err_sys(e,
				"cannot copy the input to a temporary file "
				"in %s (TMPDIR can name another place)",
				tmp_dir());
		if (put < 0)
			put = 0;
	}
	return 0;
}
