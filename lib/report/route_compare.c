#include <stdlib.h>

#include "report/route_compare.h"
#include "util/mem.h"

void
route_compare_open(
	struct route_compare *c, const char *path, struct route_old *old)
{
	c->path = path;
	c->old = old;
	c->first = mem_alloc(ROUTE_ROWS_MAX, sizeof(*c->first));
	c->shadow = mem_alloc(ROUTE_ROWS_MAX, sizeof(*c->shadow));
	c->flipped = mem_alloc(ROUTE_ROWS_MAX, sizeof(*c->flipped));
}

void
route_compare_close(struct route_compare *c)
{
	free(c->first);
	free(c->shadow);
	free(c->flipped);
	*c = (struct route_compare){ 0 };
}

int
route_compare_begin(struct route_compare *c, struct route_layer *l,
	const struct route_part *p, struct err *e)
{
	if (!c->old)
		return 0;
	c->item = route_old_find(c->old, p, e);
	if (!c->item)
		return err_wrap(e, "against %s", c->path);
	l->old = route_old_layer(c->old, p->layer, e);
	return 0;
}

static int
count_differs(const struct route_compare *c, const char *than, struct err *e)
{
	return err_set(e, "%s tokens than the %zu of %s in %s", than,
		c->item->n, c->item->name, c->path);
}

/* A side of n rows; first is scratch. */
static struct versus_side
side(uint16_t *first, const uint16_t *expert, const float *gate, size_t n,
	size_t cols, size_t discrete)
{
	bool several = gate && cols > 1;

	if (several)
		route_paths_first(first, expert, gate, n, cols);
	return (struct versus_side){ expert, several ? first : NULL, cols,
		discrete };
}

static void
label_flips(
	struct route_layer *l, const struct route_rows *x, const bool *flipped)
{
	for (size_t i = 0; l->labelled && x->label && i < x->n; i++) {
		struct by_label_sums *s;

		if (x->label[i] == ROUTE_ROWS_NO_LABEL)
			continue;
		s = by_label_at(&l->by_label, x->label[i]);
		s->compared++;
		s->flipped += flipped[i];
	}
}

static void
compare_shadow(struct route_compare *c, struct route_layer *l,
	const struct route_rows *x, const struct versus_side *now)
{
	const struct versus_side shadow = side(c->shadow, x->shadow,
		x->shadow_gate, x->n, x->shadow_cols, l->shadow_discrete);

	for (size_t i = 0; i < l->shadow_paths; i++) {
		const struct route_path *p = &l->shadow_path[i];

		load_add(&l->shadow_load[i], x->shadow + p->col, NULL, x->n,
			p->cols, x->shadow_cols);
	}
	versus_rows(&l->shadow, now, &shadow, x->n, NULL);
}

int
route_compare_rows(struct route_compare *c, struct route_layer *l,
	const struct route_rows *x, struct err *e)
{
	struct versus_side now =
		side(c->first, x->expert, x->gate, x->n, x->cols, l->discrete);
	struct versus_side old;

	if (x->shadow)
		compare_shadow(c, l, x, &now);
	if (!c->old)
		return 0;
	if (x->row0 + x->n > c->item->n)
		return count_differs(c, "more", e);
	old = route_old_side(c->old, c->item, (size_t)x->row0);
	versus_rows(&l->versus, &old, &now, x->n, c->flipped);
	label_flips(l, x, c->flipped);
	if (x->code && c->item->code)
		versus_codes(
			&l->versus, c->item->code + x->row0, x->code, x->n);
	return 0;
}

int
route_compare_end(const struct route_compare *c, uint64_t n, struct err *e)
{
	if (!c->old || n == c->item->n)
		return 0;
	return count_differs(c, "fewer", e);
}

void
route_compare_warn(const struct route_compare *c, json_t *warnings)
{
	const char *name = NULL;
	size_t left = c->old ? route_old_left(c->old, &name) : 0;
	char *text;

	if (!left)
		return;
	text = mem_printf("%zu items of %s were not compared: %s%s", left,
		c->path, name, left > 1 ? ", ..." : "");
	json_array_append_new(warnings, json_string(text));
	free(text);
}
