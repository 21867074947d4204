#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/output_path.h"

#define LINKS_MAX 40 /* as the kernel's */

char *
output_path_resolve(const char *path, struct err *e)
{
	char *at = mem_strdup(path), *next;
	char target[PATH_MAX];
	const char *slash;
	ssize_t n;

	for (int i = 0; i < LINKS_MAX; i++) {
		n = readlink(at, target, sizeof(target) - 1);
		if (n < 0)
			return at; /* no link */
		target[n] = '\0';
		slash = strrchr(at, '/');
		if (target[0] == '/' || !slash)
			next = mem_strdup(target);
		else
			next = mem_printf(
				"%.*s%s", (int)(slash - at) + 1, at, target);
		free(at);
		at = next;
	}
	free(at);
	err_set(e, "%s", strerror(ELOOP));
	return NULL;
}

/* Is it a link, and if so, to something below `real`? */
static int
check_link(const char *at, const char *real, struct err *e)
{
	size_t n = strlen(real);
	struct stat st;
	char *to;
	bool below;

	if (lstat(at, &st) != 0 || !S_ISLNK(st.st_mode))
		return 0;
	to = realpath(at, NULL);
	below = to && strncmp(to, real, n) == 0 &&
		(to[n] == '/' || to[n] == '\0' || strcmp(real, "/") == 0);
	free(to);
	return below ? 0
		     : err_set(e,
			       "%s is a symbolic link out of the output "
			       "directory",
			       at);
}

int
output_path_below(const char *root, const char *path, struct err *e)
{
	char *real = realpath(root, NULL), *at = mem_strdup(path), *end;
	size_t n = strlen(root);
	int r = 0;

	while (n && root[n - 1] == '/')
		n--;
	/* A root that is not there yet holds no links. */
	for (end = at + n; real && r == 0 && end;) {
		end = strchr(end + 1, '/');
		if (end)
			*end = '\0';
		r = check_link(at, real, e);
		if (end)
			*end = '/';
	}
	free(at);
	free(real);
	return r;
}

static int
make_dir(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	/* another thread may be quicker; a file there fails at the next step */
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	return err_sys(e, "cannot make the directory %s", path);
}

int
output_path_parents(const char *path, struct err *e)
{
	char *copy = mem_strdup(path);
	int r = 0;

	for (char *p = copy + 1; r == 0 && *copy && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		r = make_dir(copy, e);
		*p = '/';
	}
	free(copy);
	return r;
}
