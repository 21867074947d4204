#include <stdlib.h>
#include <string.h>

#include "model/corpus_found.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/ranks.h"

/* What a rank found. */
struct found {
	bool any;
	size_t path; /* the first input with an item */
	enum item_kind kind;
	size_t width, channels, sample_rate;
	size_t items, rows, errors, tallest, widest;
	double longest;
};

/* Own inputs' numbers of items, from what each began at. */
static size_t
items_of(const struct corpus *c, size_t path)
{
	size_t next = path + ranks_count();
	size_t end = next < c->paths.count ? c->first[next] : c->items;

	return end - c->first[path];
}

static struct found
find(const struct corpus *c)
{
	struct found f;

	memset(&f, 0, sizeof(f));
	f.any = c->any;
	f.kind = c->kind;
	f.width = c->width;
	f.channels = c->channels;
	f.sample_rate = c->sample_rate;
	f.items = c->items;
	f.rows = c->rows_total;
	f.errors = c->errors;
	f.tallest = c->tallest;
	f.widest = c->widest;
	f.longest = c->longest;
	for (f.path = ranks_own(); c->any && items_of(c, f.path) == 0;)
		f.path += ranks_count();
	return f;
}

static size_t
most(size_t a, size_t b)
{
	return a > b ? a : b;
}

static int
add_found(struct corpus *c, const struct found *f, const struct found *first,
	struct err *e)
{
	c->items += f->items;
	c->rows_total += f->rows;
	c->errors += f->errors;
	c->tallest = most(c->tallest, f->tallest);
	c->widest = most(c->widest, f->widest);
	c->channels = most(c->channels, f->channels);
	if (f->longest > c->longest)
		c->longest = f->longest;
	if (!f->any)
		return 0;
	if (f->kind != first->kind)
		return err_set(e, "%s is of kind %s, %s of kind %s",
			input_label(c->paths.item[f->path]),
			item_kind_name(f->kind),
			input_label(c->paths.item[first->path]),
			item_kind_name(first->kind));
	if (f->kind == ITEM_ROWS && f->width != first->width)
		return err_set(e, "%s has rows of %zu numbers, %s of %zu",
			input_label(c->paths.item[f->path]), f->width,
			input_label(c->paths.item[first->path]), first->width);
	return 0;
}

/* Of all ranks, in the order of inputs. */
static int
combine(struct corpus *c, const struct found *f, size_t n, struct err *e)
{
	const struct found *first = NULL;

	for (size_t i = 0; i < n; i++)
		if (f[i].any && (!first || f[i].path < first->path))
			first = &f[i];
	c->items = c->rows_total = c->errors = 0;
	if (!first) {
		for (size_t i = 0; i < n; i++)
			c->errors += f[i].errors;
		return 0;
	}
	c->any = true;
	c->kind = first->kind;
	c->width = first->width;
	c->channels = first->channels;
	c->sample_rate = first->sample_rate;
	for (size_t i = 0; i < n; i++)
		if (add_found(c, &f[i], first, e) != 0)
			return -1;
	return 0;
}

/* An input's number of items, and whether it is broken, by its reader. */
struct count {
	size_t items;
	bool broken;
};

static void
share_counts(struct corpus *c)
{
	size_t n = c->paths.count, count = ranks_count(), mine = 0, *from;
	size_t sum = 0;
	struct count *own = mem_zalloc(n / count + 1, sizeof(*own)), *all;

	for (size_t i = ranks_own(); i < n; i += count) {
		own[mine].items = items_of(c, i);
		own[mine++].broken = c->broken[i];
	}
	all = ranks_collect(own, mine, sizeof(*own), &from);
	for (size_t i = 0; i < n; i++) {
		const struct count *at = &all[from[i % count] + i / count];

		c->first[i] = sum;
		c->broken[i] = at->broken;
		sum += at->items;
	}
	free(own);
	free(all);
	free(from);
}

int
corpus_found_share(struct corpus *c, int status, struct err *e)
{
	struct found own, *all;
	size_t *from;

	if (ranks_count() == 1)
		return status;
	if (ranks_agree(status, e) != 0)
		return -1;
	own = find(c);
	all = ranks_collect(&own, 1, sizeof(own), &from);
	share_counts(c);
	status = combine(c, all, ranks_count(), e);
	free(all);
	free(from);
	return status;
}
