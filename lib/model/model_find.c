#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/model_find.h"
#include "util/mem.h"
#include "util/near.h"

#define SUFFIX ".vq"

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* To look at each of a folder: a pipe there would wait for a writer. */
static bool
is_listed(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool
is_named(const char *file)
{
	size_t n = strlen(file), m = strlen(SUFFIX);

	return file[0] != '.' && n > m && strcmp(file + n - m, SUFFIX) == 0;
}

/* FOLDER/.. of the program's folder; NULL if that cannot be told. */
static char *
above_program(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	for (int up = 0; up < 2 && n > 0; up++)
		while (n > 0 && path[--n] != '/')
			;
	if (n <= 0)
		return NULL;
	path[n] = '\0';
	return mem_strdup(path);
}

/* A build folder has the library beside the programs' folder. */
static char *
installed(void)
{
	char *above = above_program(), *library, *folder, *slash;

	if (!above)
		return NULL;
	library = mem_printf("%s/libvq.a", above);
	slash = strrchr(above, '/');
	if (is_file(library) && slash)
		folder = mem_printf(
			"%.*s/data/models", (int)(slash - above), above);
	else
		folder = mem_printf("%s/share/vqtools", above);
	free(library);
	free(above);
	return folder;
}

void
model_find_folders(struct strlist *to)
{
	const char *path = getenv("VQ_MODEL_PATH");
	char *copy = mem_strdup(path ? path : ""), *rest = copy, *one;
	char *last = installed();

	while ((one = strsep(&rest, ":")))
		if (*one)
			strlist_add(to, one);
	if (last)
		strlist_take(to, last);
	free(copy);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A folder that is not there has no models. */
static void
add_folder(struct strlist *to, const char *folder)
{
	DIR *d = opendir(folder);
	size_t first = to->count;
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		char *path;

		if (!is_named(entry->d_name))
			continue;
		path = mem_printf("%s/%s", folder, entry->d_name);
		if (is_listed(path))
			strlist_take(to, path);
		else
			free(path);
	}
	if (d)
		closedir(d);
	if (to->count > first)
		qsort(to->item + first, to->count - first, sizeof(*to->item),
			compare);
}

void
model_find_all(struct strlist *to)
{
	struct strlist folders = { 0 };

	model_find_folders(&folders);
	for (size_t i = 0; i < folders.count; i++)
		add_folder(to, folders.item[i]);
	strlist_free(&folders);
}

char *
model_find_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = mem_strdup(slash ? slash + 1 : path);

	if (is_named(name))
		name[strlen(name) - strlen(SUFFIX)] = '\0';
	return name;
}

/* In one folder: the name as it is, or with the suffix. */
static char *
in_folder(const char *folder, const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);

	if (is_file(path))
		return path;
	free(path);
	path = mem_printf("%s/%s" SUFFIX, folder, name);
	if (is_file(path))
		return path;
	free(path);
	return NULL;
}

char *
model_find_where(void)
{
	struct strlist folders = { 0 };
	char *where = mem_strdup("");

	model_find_folders(&folders);
	for (size_t i = 0; i < folders.count; i++) {
		char *longer = mem_printf(
			"%s%s%s", where, i ? ", " : "", folders.item[i]);

		free(where);
		where = longer;
	}
	strlist_free(&folders);
	return where;
}

/* Why there is nothing, in a sentence. */
static void
explain(const char *name, struct err *e)
{
	struct strlist all = { 0 };
	char *where, *meant = NULL;
	struct near s;

	if (access(name, F_OK) == 0) { /* and no file: it was looked for */
		err_set(e, "is a directory");
		return;
	}
	where = model_find_where();
	model_find_all(&all);
	near_init(&s, name, strlen(name));
	for (size_t i = 0; i < all.count; i++) {
		char *was = all.item[i];

		all.item[i] = model_find_name(was);
		near_try(&s, all.item[i]);
		free(was);
	}
	if (s.found)
		meant = mem_printf("; did you mean %s?", s.found);
	err_set(e, "No such file, and no model of that name in %s%s", where,
		meant ? meant : "");
	free(meant);
	free(where);
	strlist_free(&all);
}

char *
model_find(const char *name, struct err *e)
{
	struct strlist folders = { 0 };
	char *path = NULL;

	if (strcmp(name, "-") == 0 || *name == '\0' || strchr(name, '/') ||
		is_file(name))
		return mem_strdup(name);
	model_find_folders(&folders);
	for (size_t i = 0; i < folders.count && !path; i++)
		path = in_folder(folders.item[i], name);
	if (!path)
		explain(name, e);
	strlist_free(&folders);
	return path;
}
