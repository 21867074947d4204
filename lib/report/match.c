#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/match.h"
#include "util/apart.h"
#include "util/mem.h"
#include "util/operands.h"

struct entry {
	const char *path; /* owned by the list */
	const char *rel;  /* its tail, relative to -R */
};

struct match {
	struct strlist files;
	struct entry *entry; /* sorted by the stem of the last component */
	size_t count;
	bool single;
};

static const char *
base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Length of a file's name without its extension; ".x" has none. */
static size_t
stem(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

static int
by_stem(const void *a, const void *b)
{
	const char *x = base(((const struct entry *)a)->rel);
	const char *y = base(((const struct entry *)b)->rel);
	size_t nx = stem(x), ny = stem(y);
	int order = memcmp(x, y, nx < ny ? nx : ny);

	return order ? order : (nx > ny) - (nx < ny);
}

/* What could not be walked: said when nothing is left. */
static void
remember(void *arg, const char *path, const char *reason)
{
	err_set(arg, "%s: %s", path, reason);
}

struct match *
match_open(const char *path, struct err *e)
{
	struct match *m = mem_zalloc(1, sizeof(*m));
	char *argv[1] = { mem_strdup(path) };
	int status = operands_expand(
		&m->files, argv, 1, NULL, false, remember, e, e);

	m->count = m->files.count;
	m->entry = mem_alloc(m->count, sizeof(*m->entry));
	for (size_t i = 0; i < m->count; i++) {
		m->entry[i].path = m->files.item[i];
		m->entry[i].rel = match_relative(m->files.item[i], argv, 1);
	}
	m->single = m->count == 1 && strcmp(m->files.item[0], path) == 0;
	free(argv[0]);
	if (status != 0 || m->count == 0) {
		match_close(m);
		return NULL;
	}
	qsort(m->entry, m->count, sizeof(*m->entry), by_stem);
	return m;
}

void
match_close(struct match *m)
{
	if (!m)
		return;
	strlist_free(&m->files);
	free(m->entry);
	free(m);
}

const char *
match_only(const struct match *m)
{
	return m->single ? m->entry[0].path : NULL;
}

/* Components that two paths share from the end, the last by stem; *whole: one
 * of them has no further ones. */
static size_t
shared(const char *a, const char *b, bool *whole)
{
	const char *x = base(a), *y = base(b);
	size_t n = 1, na = (size_t)(x - a), nb = (size_t)(y - b);

	*whole = false;
	if (stem(x) != stem(y) || memcmp(x, y, stem(x)) != 0)
		return 0;
	while (na && nb) {
		size_t ea = --na, eb = --nb; /* the slash behind each */

		while (na && a[na - 1] != '/')
			na--;
		while (nb && b[nb - 1] != '/')
			nb--;
		if (ea - na != eb - nb || memcmp(a + na, b + nb, ea - na) != 0)
			return n;
		n++;
	}
	*whole = true;
	return n;
}

bool
match_same(const char *a, const char *b)
{
	bool tail;

	return shared(a, b, &tail) && tail;
}

/* How well an entry fits; 0: not at all.  Below a folder of references the
 * item itself may lie, too: it is not its own. */
static size_t
score(const struct entry *r, const char *rel, const char *whole)
{
	bool ignored;
	size_t n;

	if (!match_same(rel, r->rel) || apart_same(whole, r->path))
		return 0;
	n = shared(whole, r->path, &ignored);
	return 2 * n + (strcmp(base(rel), base(r->rel)) == 0);
}

/* The first entry not before key. */
static size_t
lower_bound(const struct match *m, const struct entry *key)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (by_stem(&m->entry[mid], key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const char *
match_find(const struct match *m, const char *rel, const char *whole,
	struct err *e)
{
	const struct entry key = { rel, rel }, *best = NULL, *rival = NULL;
	size_t i = lower_bound(m, &key), most = 0;
	bool itself = false;

	for (; i < m->count && by_stem(&m->entry[i], &key) == 0; i++) {
		size_t s = score(&m->entry[i], rel, whole);

		if (s == 0)
			itself |= apart_same(whole, m->entry[i].path);
		if (s == 0 || s < most)
			continue;
		rival = s == most ? &m->entry[i] : NULL;
		best = s == most ? best : &m->entry[i];
		most = s;
	}
	if (!best)
		err_set(e, "no reference of that name%s",
			itself ? ", but the item itself" : "");
	else if (rival)
		err_set(e, "two references of that name: %s and %s", best->path,
			rival->path);
	return best && !rival ? best->path : NULL;
}

const char *
match_relative(const char *path, char *const *operands, size_t count)
{
	size_t best = 0;

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(operands[i]);

		while (n > 1 && operands[i][n - 1] == '/')
			n--;
		if (strncmp(path, operands[i], n) != 0 || path[n] == '\0')
			continue;
		if (path[n] == '/' || path[n - 1] == '/')
			best = n > best ? n : best;
	}
	if (!best)
		return base(path);
	return path + best + strspn(path + best, "/");
}
