#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "report/boundary.h"
#include "report/figures.h"
#include "stats/load.h"
#include "util/mem.h"

void
boundary_free(struct boundary *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->token[i].item);
	free(b->token);
	*b = (struct boundary){ .limit = b->limit };
}

static int
compare(const void *a, const void *b)
{
	const struct boundary_token *x = a, *y = b;

	if (x->margin != y->margin)
		return x->margin < y->margin ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
swap(struct boundary_token *a, struct boundary_token *b)
{
	struct boundary_token t = *a;

	*a = *b;
	*b = t;
}

static void
sift_up(struct boundary *b, size_t i)
{
	for (; i > 0; i = (i - 1) / 2) {
		struct boundary_token *t = &b->token[i];
		struct boundary_token *up = &b->token[(i - 1) / 2];

		if (compare(t, up) <= 0)
			return;
		swap(t, up);
	}
}

static void
sift_down(struct boundary *b)
{
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= b->count)
			return;
		if (child + 1 < b->count &&
			compare(&b->token[child + 1], &b->token[child]) > 0)
			child++;
		if (compare(&b->token[child], &b->token[i]) <= 0)
			return;
		swap(&b->token[child], &b->token[i]);
		i = child;
	}
}

void
boundary_add(struct boundary *b, struct boundary_token t, const char *item)
{
	bool full = b->count == b->limit;

	t.order = b->next++;
	if (!isfinite(t.margin) || !b->limit ||
		(full && compare(&t, &b->token[0]) >= 0))
		return;
	t.item = mem_strdup(item);
	if (full) {
		free(b->token[0].item);
		b->token[0] = t;
		sift_down(b);
		return;
	}
	if ((b->count & (b->count - 1)) == 0)
		b->token = mem_grow(b->token, b->count ? 2 * b->count : 1,
			sizeof(*b->token));
	b->token[b->count++] = t;
	sift_up(b, b->count - 1);
}

json_t *
boundary_table(struct boundary *b)
{
	json_t *table = json_array();

	if (b->count)
		qsort(b->token, b->count, sizeof(*b->token), compare);
	for (size_t i = 0; i < b->count; i++) {
		const struct boundary_token *t = &b->token[i];
		json_t *o = json_object();

		figures_text(o, "item", t->item);
		figures_count(o, "row", t->row);
		figures_count(o, "code", t->code);
		if (t->expert == LOAD_DROPPED)
			json_object_set_new(o, "expert", json_null());
		else
			figures_count(o, "expert", t->expert);
		figures_real(o, "margin", (double)t->margin);
		json_array_append_new(table, o);
	}
	return table;
}
