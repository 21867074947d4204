#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/code_compare.h"
#include "report/figures.h"
#include "util/mem.h"

#define CHUNK ((size_t)1 << 16) /* codes converted at a time */

void
code_compare_free(struct code_compare *c)
{
	free(c->item_changed);
	free(c->changed);
	free(c->code);
	*c = (struct code_compare){ .path = NULL };
}

static void
start(struct code_compare *c, size_t cols)
{
	c->cols = cols;
	c->item_changed = mem_zalloc(cols + 1, sizeof(*c->item_changed));
	c->changed = mem_zalloc(cols + 1, sizeof(*c->changed));
	c->code = mem_alloc(CHUNK, sizeof(*c->code));
}

static int
begin_item(struct code_compare *c, const struct part *p, size_t cols,
	struct err *e)
{
	bool named = meta_get(&p->rec.meta, "item") != NULL;
	size_t old = census_tally(code_old_census(c->old))->cols;

	if (cols != old)
		return err_set(e, "%zu columns of codes, but %s has %zu", cols,
			c->path, old);
	if (!c->cols)
		start(c, cols);
	memset(c->item_changed, 0, (cols + 1) * sizeof(*c->item_changed));
	c->at = 0;
	c->item = code_old_find(c->old, p->item, named);
	c->new_items += c->item == NULL;
	return 0;
}

static int
count_differs(const struct code_compare *c, const char *than, struct err *e)
{
	return err_set(e, "%s tokens than the %zu of %s in %s", than,
		c->item->n, c->item->name, c->path);
}

/* n whole tokens, from the one at c->at on. */
static void
compare(struct code_compare *c, size_t n)
{
	const uint32_t *code = c->code;
	size_t i = c->at * c->cols;

	for (size_t v = 0; v < n; v++) {
		bool any = false;

		for (size_t s = 0; s < c->cols; s++, i++, code++) {
			bool other = *code != code_old_at(c->item, i);

			c->item_changed[s] += other;
			any |= other;
		}
		c->item_changed[c->cols] += any;
	}
	c->at += n;
}

static int
compare_part(struct code_compare *c, const struct part *p, struct err *e)
{
	const struct tensor *t = p->main;
	size_t all = tensor_elements(t), chunk = CHUNK / c->cols * c->cols, n;

	if (c->at + all / c->cols > c->item->n)
		return count_differs(c, "more", e);
	for (size_t i = 0; i < all; i += n) {
		n = all - i < chunk ? all - i : chunk;
		if (dtype_to_u32(c->code, t->data + i * dtype_size(t->dtype), n,
			    t->dtype, e) != 0)
			return -1;
		compare(c, n / c->cols);
	}
	return 0;
}

static void
end_item(struct code_compare *c)
{
	for (size_t s = 0; s <= c->cols; s++)
		c->changed[s] += c->item_changed[s];
	c->compared += c->at;
	c->items++;
}

int
code_compare_part(struct code_compare *c, const struct part *p, struct err *e)
{
	size_t rank = p->main->rank;
	size_t cols = rank > 1 ? p->main->shape[rank - 1] : 1;

	if (p->first && begin_item(c, p, cols, e) != 0)
		return -1;
	if (!c->item)
		return 0;
	if (compare_part(c, p, e) != 0)
		return -1;
	if (!p->last)
		return 0;
	if (c->at < c->item->n)
		return count_differs(c, "fewer", e);
	end_item(c);
	return 0;
}

static void
set_shares(json_t *o, const struct code_compare *c, size_t column)
{
	double n = (double)c->compared;
	double churn = n > 0 ? (double)c->changed[column] / n : NAN;

	figures_count(o, "compared", c->compared);
	figures_real(o, "agreement", 1 - churn);
	figures_real(o, "churn", churn);
}

void
code_compare_total(json_t *o, const struct code_compare *c)
{
	const char *unused;

	figures_count(o, "items", c->items);
	figures_count(o, "new_items", c->new_items);
	figures_count(o, "old_items", code_old_left(c->old, &unused));
	set_shares(o, c, c->cols);
}

void
code_compare_stage(json_t *o, const struct code_compare *c, size_t stage)
{
	set_shares(o, c, stage);
}

void
code_compare_warn(const struct code_compare *c, json_t *warnings)
{
	const char *name = NULL;
	size_t left = code_old_left(c->old, &name);
	char *text;

	if (left) {
		text = mem_printf("%zu items of %s were not compared: %s%s",
			left, c->path, name, left > 1 ? ", ..." : "");
		json_array_append_new(warnings, json_string(text));
		free(text);
	}
	if (c->new_items) {
		text = mem_printf("%llu items are not in %s: the drift of "
				  "usage counts them, churn does not",
			(unsigned long long)c->new_items, c->path);
		json_array_append_new(warnings, json_string(text));
		free(text);
	}
}
