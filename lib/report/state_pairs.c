#include <stdio.h>
#include <stdlib.h>

#include "report/state_numbers.h"
#include "report/state_pairs.h"
#include "tensor/le.h"
#include "util/mem.h"

#define NAME_MOST 24
#define FULL UINT64_MAX

/* The tensors of one way. */
struct way {
	const char *name;
	const unsigned char *all, *used, *codes, *count;
	size_t pairs; /* that are left behind codes and count */
};

static const unsigned char *
find(const struct record *r, const struct way *w, const char *what, size_t cols,
	size_t *n, struct err *e)
{
	char name[NAME_MOST];

	snprintf(name, sizeof(name), "%s.%s", w->name, what);
	return state_numbers_find(
		r, name, cols == 2 ? DT_U32 : DT_U64, cols, n, e);
}

static int
find_all(struct way *w, const struct record *r, size_t columns, struct err *e)
{
	size_t all, used, count;

	if (!(w->all = find(r, w, "all", 1, &all, e)) ||
		!(w->used = find(r, w, "used", 1, &used, e)) ||
		!(w->codes = find(r, w, "codes", 2, &w->pairs, e)) ||
		!(w->count = find(r, w, "count", 1, &count, e)))
		return -1;
	if (all == columns && used == columns && count == w->pairs)
		return 0;
	return err_set(e, "pairs \"%s\": their tensors do not fit", w->name);
}

static int
bad(const struct way *w, const char *why, struct err *e)
{
	return err_set(e, "pairs \"%s\": %s", w->name, why);
}

static bool
came(const struct counts *c, uint32_t code)
{
	return code < c->room && c->n[code] > 0;
}

/* The next pair of a column, whose codes are c. */
static int
read_pair(struct pairs *p, const struct way *w, size_t i,
	const struct counts *c, uint64_t all, struct err *e)
{
	uint32_t first = le_get32(w->codes + 8 * i);
	uint32_t second = le_get32(w->codes + 8 * i + 4);
	uint64_t n = le_get64(w->count + 8 * i);

	if (!came(c, first) || !came(c, second))
		return bad(w, "a code that did not come", e);
	if (n == 0 || n > all - p->count)
		return bad(w, "their counts do not add up", e);
	pairs_put(p, pairs_key(first, second), n);
	return 0;
}

static int
read_column(struct pairs *p, struct way *w, size_t column,
	const struct counts *c, struct err *e)
{
	uint64_t all = le_get64(w->all + 8 * column);
	uint64_t used = le_get64(w->used + 8 * column);

	if (all > c->tokens)
		return bad(w, "more than there are tokens", e);
	if (used == FULL) {
		pairs_give_up(p);
		p->count = all;
		return 0;
	}
	if (used > w->pairs)
		return bad(w, "more different ones than there are", e);
	for (size_t i = 0; i < used; i++) {
		if (read_pair(p, w, i, c, all, e) != 0)
			return -1;
		if (!p->full && p->used != i + 1)
			return bad(w, "one stands there twice", e);
	}
	if (p->count != all)
		return bad(w, "their counts do not add up", e);
	w->codes += 8 * used;
	w->count += 8 * used;
	w->pairs -= (size_t)used;
	return 0;
}

static int
read_way(struct pairs *p, const char *name, const struct state *s,
	const struct record *r, struct err *e)
{
	struct way w = { .name = name };
	char all[NAME_MOST];

	snprintf(all, sizeof(all), "%s.all", name);
	if (!record_find(r, all))
		return 0;
	if (find_all(&w, r, s->tally.cols, e) != 0)
		return -1;
	for (size_t i = 0; i < s->tally.cols; i++)
		if (read_column(&p[i], &w, i, &s->tally.col[i], e) != 0)
			return -1;
	return w.pairs ? bad(&w, "there are more", e) : 0;
}

int
state_pairs_read(struct state *s, const struct record *r, struct err *e)
{
	if (read_way(s->around.left, "left", s, r, e) != 0)
		return -1;
	return read_way(s->around.upper, "upper", s, r, e);
}

/* Zeroed, at the end of r. */
static unsigned char *
add(struct record *r, const char *name, const char *what, size_t n, size_t cols)
{
	const size_t shape[2] = { n, cols };
	char full[NAME_MOST];

	snprintf(full, sizeof(full), "%s.%s", name, what);
	return record_add(
		r, full, cols == 2 ? DT_U32 : DT_U64, cols, shape, NULL)
		->data;
}

static void
put_pairs(unsigned char **codes, unsigned char **count, const struct pairs *p)
{
	for (size_t i = 0; i < p->slots; i++) {
		const struct pairs_slot *s = &p->slot[i];

		if (!s->n)
			continue;
		le_put32(*codes, (uint32_t)(s->key >> 32));
		le_put32(*codes + 4, (uint32_t)(s->key & UINT32_MAX));
		le_put64(*count, s->n);
		*codes += 8;
		*count += 8;
	}
}

static void
add_way(struct record *r, const char *name, const struct pairs *p, size_t cols)
{
	unsigned char *all, *used, *codes, *count;
	size_t different = 0;
	uint64_t any = 0;

	for (size_t i = 0; i < cols; i++) {
		any |= p[i].count;
		different += p[i].used;
	}
	if (!any)
		return;
	all = add(r, name, "all", cols, 1);
	used = add(r, name, "used", cols, 1);
	codes = add(r, name, "codes", different, 2);
	count = add(r, name, "count", different, 1);
	for (size_t i = 0; i < cols; i++) {
		le_put64(all + 8 * i, p[i].count);
		le_put64(used + 8 * i, p[i].full ? FULL : p[i].used);
		put_pairs(&codes, &count, &p[i]);
	}
}

void
state_pairs_add(struct record *r, const struct state *s)
{
	add_way(r, "left", s->around.left, s->around.cols);
	add_way(r, "upper", s->around.upper, s->around.cols);
}
