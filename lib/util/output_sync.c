#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/names.h"
#include "util/output.h"
#include "util/output_sync.h"
#include "util/strlist.h"

/* Committed with nosync since the last output_sync_group. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct strlist later;

int
output_sync_fd(int fd, struct err *e)
{
	while (fsync(fd) != 0) {
		if (errno == EINTR)
			continue;
		if (errno == EINVAL || errno == EROFS || errno == ENOTSUP ||
			errno == ENOSYS)
			return 0;
		return err_sys(e, "cannot sync");
	}
	return 0;
}

int
output_sync_close(int fd, struct err *e)
{
	if (fd >= 0 && (close(fd) == 0 || errno == EINTR))
		return 0;
	return err_sys(e, "cannot close");
}

static char *
dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return mem_printf(
		"%.*s", slash == path ? 1 : (int)(slash - path), path);
}

/* Sync by name.  What may not be opened for reading is left to the kernel. */
static int
sync_path(const char *path, int flags, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags), r;

	if (fd < 0)
		return 0;
	r = output_sync_fd(fd, e);
	close(fd);
	return r;
}

int
output_sync_dir(const char *path, struct err *e)
{
	char *dir = dir_of(path);
	int r = sync_path(dir, O_DIRECTORY, e);

	free(dir);
	return r;
}

void
output_sync_later(const char *path)
{
	pthread_mutex_lock(&lock);
	strlist_add(&later, path);
	pthread_mutex_unlock(&lock);
}

int
output_sync_group(struct err *e)
{
	struct names_set *dirs = names_set_open();
	struct strlist group;
	int r = 0;

	pthread_mutex_lock(&lock);
	group = later;
	later = (struct strlist){ 0 };
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < group.count; i++) {
		char *dir = dir_of(group.item[i]);

		if (sync_path(group.item[i], 0, e) != 0 ||
			(names_set_add(dirs, dir) &&
				sync_path(dir, O_DIRECTORY, e) != 0))
			r = err_wrap(e, "%s", group.item[i]);
		free(dir);
	}
	names_set_close(dirs);
	strlist_free(&group);
	return r;
}
