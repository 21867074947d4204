#include <stdlib.h>
#include <string.h>

#include "model/preview_items.h"
#include "util/mem.h"

/* Rows and numbers of a row to leave out before those that are taken. */
struct window {
	size_t above, left, rows, cols;
};

static size_t
less(size_t a, size_t b)
{
	return a < b ? a : b;
}

static struct window
part_of(const struct transform *t, const struct item_info *i)
{
	struct window p = { .rows = i->rows, .cols = i->cols };
	size_t c = t->channels, side = PREVIEW_SIDE;

	if (t->kind == ITEM_AUDIO) {
		p.rows = less(i->rows, PREVIEW_SECONDS * t->sample_rate);
		return p;
	}
	p.rows = less(i->rows, side);
	p.cols = less(i->cols, side * c);
	p.above = (i->rows - p.rows) / 2;
	p.left = (i->cols - p.cols) / c / 2 * c;
	return p;
}

/* As many as there are, of p.rows; -1 on error. */
static ptrdiff_t
read_part(struct source *s, const struct window *p, size_t cols, float *x,
	struct err *e)
{
	float *row = mem_floats(cols);
	ptrdiff_t got = 1;
	size_t n = 0;

	for (size_t r = 0; r < p->above + p->rows && got > 0; r++) {
		got = source_read(s, row, 1, e);
		if (got > 0 && r >= p->above)
			memcpy(x + n++ * p->cols, row + p->left,
				p->cols * sizeof(*x));
	}
	free(row);
	return got < 0 ? -1 : (ptrdiff_t)n;
}

/* The last part of a path, without what comes behind its dot. */
static char *
base_name(const char *item)
{
	const char *slash = strrchr(item, '/'), *dot;

	item = slash ? slash + 1 : item;
	dot = strrchr(item, '.');
	return dot && dot != item ? mem_printf("%.*s", (int)(dot - item), item)
				  : mem_strdup(item);
}

static bool
is_taken(const struct preview_items *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->item[i].name, name) == 0)
			return true;
	return false;
}

static char *
name_of(const struct preview_items *p, const char *item)
{
	char *name = base_name(item);

	for (size_t n = 2; is_taken(p, name); n++) {
		char *base = base_name(item);

		free(name);
		name = mem_printf("%s-%zu", base, n);
		free(base);
	}
	return name;
}

static void
take(struct preview_items *p, const struct transform *t, struct source *s,
	const struct item_info *i)
{
	struct window part = part_of(t, i);
	float *x = mem_floats(part.rows * part.cols);
	struct err e;
	ptrdiff_t rows = read_part(s, &part, i->cols, x, &e);

	if (rows <= 0) {
		free(x);
		return;
	}
	p->item[p->count] = (struct preview_item){ .name = name_of(p, i->item),
		.rows = (size_t)rows,
		.cols = part.cols,
		.x = x };
	p->count++;
}

void
preview_items_read(
	struct preview_items *p, const struct dataset *s, struct corpus *c)
{
	bool all = c != s->corpus || c->items < 4 || !dataset_held_items(s);
	struct item_info info;
	struct err e;

	*p = (struct preview_items){ 0 };
	for (size_t i = 0; i < c->paths.count; i++) {
		struct source *in = corpus_source(c, i, &e);
		size_t item = c->first[i];

		while (in && p->count < PREVIEW_ITEMS &&
			source_next(in, &info, &e) == 1) {
			if (info.fault || info.kind != s->transform->kind)
				continue;
			if (all || dataset_is_held(s, item, 0))
				take(p, s->transform, in, &info);
			item++;
		}
		if (in)
			source_close(in);
	}
}

void
preview_items_free(struct preview_items *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->item[i].name);
		free(p->item[i].x);
	}
	*p = (struct preview_items){ 0 };
}
