#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/input.h"
#include "util/mem.h"
#include "util/operands.h"
#include "util/ranks.h"

struct walk {
	struct strlist *l;
	operands_bad *bad;
	void *arg;
	size_t failures;   /* reported to bad */
	size_t stdin_uses; /* "-" as an operand or as the list */
};

static void
report(struct walk *w, const char *path, const char *reason)
{
	w->failures++;
	if (w->bad)
		w->bad(w->arg, path, reason);
}

static int
not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk_dir(struct walk *w, const char *dir);

/* An entry met inside a walk; path is malloc'd and taken. */
static void
walk_entry(struct walk *w, char *path)
{
	struct stat st;
	bool link;

	if (lstat(path, &st) != 0) {
		report(w, path, strerror(errno));
		free(path);
		return;
	}
	link = S_ISLNK(st.st_mode);
	if (link && stat(path, &st) != 0) {
		report(w, path, strerror(errno));
	} else if (S_ISREG(st.st_mode)) {
		strlist_take(w->l, path);
		return;
	} else if (S_ISDIR(st.st_mode) && !link) {
		/* linked directories could lead round in circles */
		walk_dir(w, path);
	}
	free(path);
}

static void
walk_dir(struct walk *w, const char *dir)
{
	const char *slash = dir[strlen(dir) - 1] == '/' ? "" : "/";
	struct dirent **entry;
	int n = scandir(dir, &entry, not_hidden, by_bytes);

	if (n < 0) {
		report(w, dir, strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		walk_entry(
			w, mem_printf("%s%s%s", dir, slash, entry[i]->d_name));
		free(entry[i]);
	}
	free(entry);
}

static void
add(struct walk *w, const char *path)
{
	size_t files = w->l->count, failures = w->failures;
	struct stat st;

	if (strcmp(path, "-") == 0)
		w->stdin_uses++;
	else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		walk_dir(w, path);
		if (w->l->count == files && w->failures == failures)
			report(w, path, "no file in this directory");
		return;
	}
	strlist_add(w->l, path);
}

/* Hints. */
#define LINES ": if it has one name a line, leave -0/--null away"
#define CR_LF "its lines end with CR LF: take the CR away (tr -d '\\r')"

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* A name that is none, but shows that the list was made for others; last: it
 * goes up to the end of the list. */
static int
check_name(char *name, bool null, bool last, struct err *e)
{
	size_t n = strlen(name);
	bool there;

	if (null && last && strchr(name, '\n') && !exists(name))
		return err_set(e, "a name with newlines%s", LINES);
	if (null || name[n - 1] != '\r' || exists(name))
		return 0;
	name[n - 1] = '\0';
	there = exists(name);
	name[n - 1] = '\r';
	return there ? err_set(e, CR_LF) : 0;
}

/*
 * Take one name off the list.  0 at its end, else 1, or -1.  An entry that no
 * path can be (binary data given as a list) is an error before it grows.  2:
 * nothing ended the name but the list.
 */
static int
next_name(struct input *in, int end, char name[PATH_MAX], struct err *e)
{
	size_t n = 0;
	char c;
	ptrdiff_t got;

	while ((got = input_read(in, &c, 1, e)) == 1 && c != end) {
		if (n == PATH_MAX - 1)
			return err_set(e,
				"a name longer than any path at byte %ju%s",
				(uintmax_t)(input_offset(in) - n - 1),
				memchr(name, '\n', n) ? LINES : "");
		if (c == '\0')
			return err_set(e,
				"a NUL byte at byte %ju (see -0/--null)",
				(uintmax_t)(input_offset(in) - 1));
		name[n++] = c;
	}
	name[n] = '\0';
	if (got < 0)
		return -1;
	return got == 1 ? 1 : n > 0 ? 2 : 0;
}

static int
add_list(struct walk *w, const char *list, bool null, struct err *e)
{
	struct input *in = input_open(list, e);
	char name[PATH_MAX];
	size_t names = 0;
	int r = -1;

	if (!in)
		return err_wrap(e, "%s", list);
	while ((r = next_name(in, null ? '\0' : '\n', name, e)) > 0) {
		if (!*name)
			continue;
		if (check_name(name, null, r == 2, e) != 0) {
			r = -1;
			break;
		}
		names++;
		add(w, name);
	}
	if (r == 0 && names == 0) {
		err_set(e, "no name in it");
		r = 1;
	}
	if (r != 0)
		err_wrap(e, "%s", input_name(in));
	input_close(in);
	return r;
}

static int
expand(struct strlist *l, char *const *argv, size_t argc,
	const char *files_from, bool null, operands_bad *bad, void *arg,
	struct err *e)
{
	struct walk w = { .l = l, .bad = bad, .arg = arg };
	int status = 0;

	for (size_t i = 0; i < argc; i++)
		add(&w, argv[i]);
	if (files_from) {
		w.stdin_uses += strcmp(files_from, "-") == 0;
		if (w.stdin_uses <= 1)
			status = add_list(&w, files_from, null, e);
	} else if (argc == 0) {
		add(&w, "-");
	}
	if (w.stdin_uses > 1)
		return err_set(e, "stdin (-) is named twice");
	return status;
}

int
operands_maybe(struct strlist *l, char *const *argv, size_t argc,
	const char *files_from, bool null, operands_bad *bad, void *arg,
	struct err *e)
{
	int status = 0;

	if (ranks_first())
		status = expand(l, argv, argc, files_from, null, bad, arg, e);
	if (ranks_agree(status, e) != 0)
		return status > 0 ? 1 : -1;
	ranks_list(l);
	return 0;
}

int
operands_expand(struct strlist *l, char *const *argv, size_t argc,
	const char *files_from, bool null, operands_bad *bad, void *arg,
	struct err *e)
{
	return operands_maybe(l, argv, argc, files_from, null, bad, arg, e) == 0
		? 0
		: -1;
}
