#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/apart.h"
#include "util/mem.h"

struct apart_id
apart_id(const char *path)
{
	struct stat s;

	if (stat(path, &s) != 0)
		return (struct apart_id){ 0 };
	return (struct apart_id){ s.st_dev, s.st_ino, true };
}

bool
apart_same_id(struct apart_id a, struct apart_id b)
{
	return a.there && b.there && a.device == b.device && a.file == b.file;
}

bool
apart_same(const char *a, const char *b)
{
	struct apart_id id = apart_id(a);

	return id.there && apart_same_id(id, apart_id(b));
}

static bool
is_given(const struct apart_file *f)
{
	return f->path && strcmp(f->path, "-") != 0;
}

/* The folder that a file is in; malloc'd. */
static char *
folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return mem_printf("%.*s", (int)(slash - path + 1), path);
}

static const char *
base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Two names of a file that is not there yet. */
static bool
same_place(const char *a, const char *b)
{
	char *in_a, *in_b;
	bool same;

	if (strcmp(base(a), base(b)) != 0)
		return false;
	in_a = folder(a);
	in_b = folder(b);
	same = apart_same(in_a, in_b);
	free(in_a);
	free(in_b);
	return same;
}

/* Anything but a regular file may be written twice, and read. */
static bool
there_and_same(const char *a, const char *b)
{
	struct stat st;

	return stat(a, &st) == 0 && S_ISREG(st.st_mode) && apart_same(a, b);
}

/* Both are written, or one is: what is read and is not there is no file. */
static int
check_options(const struct apart_file *f, const struct apart_file *other,
	size_t n, bool written, struct err *e)
{
	struct stat st;
	bool there = stat(f->path, &st) == 0;

	for (size_t i = 0; i < n; i++) {
		const char *path = other[i].path;

		if (!is_given(&other[i]))
			continue;
		if (there_and_same(f->path, path) ||
			(written && !there && same_place(f->path, path)))
			return err_set(e, "%s: %s is the file of %s too",
				f->option, f->path, other[i].option);
	}
	return 0;
}

static int
check_operands(const struct apart_file *f, const struct strlist *operands,
	struct err *e)
{
	for (size_t i = 0; i < operands->count; i++)
		if (strcmp(operands->item[i], "-") != 0 &&
			there_and_same(f->path, operands->item[i]))
			return err_set(e, "%s: %s is an operand too", f->option,
				f->path);
	return 0;
}

int
apart_check(const struct apart_file *written, size_t n,
	const struct apart_file *read, size_t m, const struct strlist *operands,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct apart_file *f = &written[i];

		if (!is_given(f))
			continue;
		if (check_options(f, written, i, true, e) != 0)
			return -1;
		if (f->after)
			continue;
		if (check_operands(f, operands, e) != 0 ||
			(!f->grows && check_options(f, read, m, false, e) != 0))
			return -1;
	}
	return 0;
}
