#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/match.h"
#include "report/tail.h"
#include "util/apart.h"
#include "util/mem.h"
#include "util/operands.h"

struct entry {
	const char *path; /* owned by the list */
	const char *rel;  /* its tail, relative to -R */
	struct apart_id id;
};

struct match {
	struct strlist files;
	struct entry *by_rel, *by_path; /* [count], in tail_order of that */
	size_t count;
	bool single;
};

static int
order_rel(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = tail_order(x->rel, y->rel);

	return order ? order : strcmp(x->path, y->path);
}

static int
order_path(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = tail_order(x->path, y->path);

	return order ? order : strcmp(x->path, y->path);
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
	m->by_rel = mem_alloc(m->count, sizeof(*m->by_rel));
	m->by_path = mem_alloc(m->count, sizeof(*m->by_path));
	for (size_t i = 0; i < m->count; i++)
		m->by_rel[i] = (struct entry){ m->files.item[i],
			match_relative(m->files.item[i], argv, 1),
			apart_id(m->files.item[i]) };
	m->single = m->count == 1 && strcmp(m->files.item[0], path) == 0;
	free(argv[0]);
	if (status != 0 || m->count == 0) {
		match_close(m);
		return NULL;
	}
	memcpy(m->by_path, m->by_rel, m->count * sizeof(*m->by_path));
	qsort(m->by_rel, m->count, sizeof(*m->by_rel), order_rel);
	qsort(m->by_path, m->count, sizeof(*m->by_path), order_path);
	return m;
}

void
match_close(struct match *m)
{
	if (!m)
		return;
	strlist_free(&m->files);
	free(m->by_rel);
	free(m->by_path);
	free(m);
}

const char *
match_only(const struct match *m)
{
	return m->single ? m->by_path[0].path : NULL;
}

bool
match_same(const char *a, const char *b)
{
	bool tail;

	return tail_shared(a, b, &tail) && tail;
}

/* What is looked for, and the best of what was seen. */
struct search {
	const char *rel, *whole;
	struct apart_id id;
	const char *best, *rival; /* paths of references, of the same score */
	size_t most;              /* their score */
	bool itself;
};

static size_t
components(const char *whole, const char *path)
{
	bool ignored;

	return tail_shared(whole, path, &ignored);
}

/* A reference whose name matches.  Below a folder of references the item itself
 * may lie, too: it is not its own. */
static void
consider(struct search *s, const struct entry *r)
{
	size_t score = 2 * components(s->whole, r->path) +
		(strcmp(tail_base(s->rel), tail_base(r->rel)) == 0);

	if (apart_same_id(s->id, r->id)) {
		s->itself = true;
		return;
	}
	if (score == 0 || score < s->most || s->best == r->path)
		return;
	s->rival = score == s->most ? r->path : NULL;
	if (score > s->most)
		s->best = r->path;
	s->most = score;
}

/* The first entry, in tail_order of rel or of path, that is not before key. */
static size_t
lower_bound(const struct match *m, bool rel, const char *key)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const char *name =
			rel ? m->by_rel[mid].rel : m->by_path[mid].path;

		if (tail_order(name, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* References whose names are a tail of the item's. */
static void
search_shorter(const struct match *m, struct search *s)
{
	const char *tail = tail_base(s->rel);

	for (;;) {
		size_t i = lower_bound(m, true, tail);

		for (; i < m->count && !tail_order(m->by_rel[i].rel, tail); i++)
			consider(s, &m->by_rel[i]);
		if (tail == s->rel)
			return;
		for (tail--; tail > s->rel && tail[-1] != '/';)
			tail--;
	}
}

/* References whose paths the item's name is a tail of: from the one that shares
 * most with the item's path outwards. */
static void
search_longer(const struct match *m, struct search *s)
{
	const char *key = tail_of(s->whole, s->rel) ? s->whole : s->rel;
	size_t right = lower_bound(m, false, key), left = right;
	const struct entry *e = m->by_path;

	while (!s->rival || s->most % 2 == 0) {
		bool a = left > 0 && tail_of(e[left - 1].path, s->rel);
		bool b = right < m->count && tail_of(e[right].path, s->rel);
		size_t na = a ? components(s->whole, e[left - 1].path) : 0;
		size_t nb = b ? components(s->whole, e[right].path) : 0;

		if ((!a && !b) || 2 * (na > nb ? na : nb) + 1 < s->most)
			return;
		consider(s, a && (!b || na > nb) ? &e[--left] : &e[right++]);
	}
}

const char *
match_find(const struct match *m, const char *rel, const char *whole,
	struct err *e)
{
	struct search s = { .rel = rel, .whole = whole, .id = apart_id(whole) };
	bool swap;

	search_shorter(m, &s);
	search_longer(m, &s);
	if (s.best && !s.rival)
		return s.best;
	if (!s.best) {
		err_set(e, "no reference of that name%s",
			s.itself ? ", but the item itself" : "");
		return NULL;
	}
	swap = strcmp(s.best, s.rival) > 0;
	err_set(e, "two references of that name: %s and %s",
		swap ? s.rival : s.best, swap ? s.best : s.rival);
	return NULL;
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
		return tail_base(path);
	return path + best + strspn(path + best, "/");
}
