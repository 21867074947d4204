#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report/code_old.h"
#include "report/route_part.h"
#include "report/signal.h"
#include "util/mem.h"

#define NARROW ((uint32_t)1 << 16)

struct code_old {
	struct census *census;
	struct code_old_item *item;
	size_t items, next; /* next: none before it is left */
	json_t *place;      /* name -> the first of it not given out */
	char *model;
	uint32_t *wide; /* a part's codes */
};

void
code_old_close(struct code_old *o)
{
	if (!o)
		return;
	census_close(o->census);
	for (size_t i = 0; i < o->items; i++) {
		free(o->item[i].name);
		free(o->item[i].code);
	}
	free(o->item);
	json_decref(o->place);
	free(o->model);
	free(o->wide);
	free(o);
}

static void
begin_item(struct code_old *o, const struct part *p)
{
	const char *model = meta_get(&p->rec.meta, "model");
	struct code_old_item *item;

	if ((o->items & (o->items - 1)) == 0)
		o->item = mem_grow(
			o->item, o->items ? 2 * o->items : 1, sizeof(*o->item));
	item = &o->item[o->items];
	*item = (struct code_old_item){ .name = mem_strdup(p->item) };
	item->named = meta_get(&p->rec.meta, "item") != NULL;
	if (o->items == 0 && model)
		o->model = mem_strdup(model);
	if (!json_object_get(o->place, item->name))
		json_object_set_new(o->place, item->name,
			json_integer((json_int_t)o->items));
	o->items++;
}

uint32_t
code_old_at(const struct code_old_item *item, size_t i)
{
	if (item->wide)
		return ((const uint32_t *)item->code)[i];
	return ((const uint16_t *)item->code)[i];
}

static void
widen(struct code_old_item *item, size_t n)
{
	uint32_t *code = mem_alloc(n, sizeof(*code));

	for (size_t i = 0; i < n; i++)
		code[i] = code_old_at(item, i);
	free(item->code);
	item->code = code;
	item->wide = true;
}

static bool
any_wide(const uint32_t *code, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (code[i] >= NARROW)
			return true;
	return false;
}

/* n more codes behind the `at` that are there. */
static void
keep(struct code_old_item *item, size_t at, const uint32_t *code, size_t n)
{
	uint16_t *narrow;
	uint32_t *wide;

	if (!item->wide && any_wide(code, n))
		widen(item, at);
	item->code = mem_grow(item->code, at + n, item->wide ? 4 : 2);
	narrow = item->code;
	wide = item->code;
	for (size_t i = 0; i < n; i++)
		if (item->wide)
			wide[at + i] = code[i];
		else
			narrow[at + i] = (uint16_t)code[i];
}

static int
take_part(struct code_old *o, const struct part *p, struct err *e)
{
	size_t n, cols;
	json_t *unused;
	struct code_old_item *item;

	if (p->failed)
		return err_set(e, "incomplete");
	if (route_part_is(p) || signal_is(p))
		return err_set(e, "no codes, but those before it were");
	if (census_part(o->census, p, &unused, e) != 0)
		return -1;
	if (p->first)
		begin_item(o, p);
	item = &o->item[o->items - 1];
	cols = census_tally(o->census)->cols;
	n = tensor_elements(p->main);
	o->wide = mem_grow(o->wide, n, sizeof(*o->wide));
	if (dtype_to_u32(o->wide, p->main->data, n, p->main->dtype, e) != 0)
		return -1;
	keep(item, item->n * cols, o->wide, n);
	item->n += n / cols;
	return 0;
}

struct code_old *
code_old_open(struct stream *s, struct part *p, struct err *e)
{
	const struct census_opts counts = { .columns_only = true };
	struct code_old *o = mem_zalloc(1, sizeof(*o));
	int got = -1;

	o->place = json_object();
	o->census = census_open(&counts, e);
	if (o->census)
		do {
			got = take_part(o, p, e) == 0
				? stream_next(s, p, e)
				: err_wrap(e, "%s", p->item);
		} while (got == 1);
	free(o->wide);
	o->wide = NULL;
	if (got == 0)
		return o;
	code_old_close(o);
	return NULL;
}

const struct census *
code_old_census(const struct code_old *o)
{
	return o->census;
}

const char *
code_old_model(const struct code_old *o)
{
	return o->model;
}

static struct code_old_item *
by_name(struct code_old *o, const char *name)
{
	json_t *v = json_object_get(o->place, name);
	size_t i = v ? (size_t)json_integer_value(v) : o->items;

	while (i < o->items &&
		(o->item[i].used || strcmp(o->item[i].name, name) != 0))
		i++;
	if (v)
		json_object_set_new(
			o->place, name, json_integer((json_int_t)i));
	return i < o->items ? &o->item[i] : NULL;
}

/* The first that is left, if it or the one that asks has no name. */
static struct code_old_item *
in_order(struct code_old *o, bool named)
{
	while (o->next < o->items && o->item[o->next].used)
		o->next++;
	if (o->next == o->items || (named && o->item[o->next].named))
		return NULL;
	return &o->item[o->next];
}

const struct code_old_item *
code_old_find(struct code_old *o, const char *name, bool named)
{
	struct code_old_item *item = by_name(o, name);

	if (!item)
		item = in_order(o, named);
	if (item)
		item->used = true;
	return item;
}

size_t
code_old_left(const struct code_old *o, const char **name)
{
	size_t left = 0;

	for (size_t i = 0; i < o->items; i++) {
		if (o->item[i].used)
			continue;
		if (left++ == 0)
			*name = o->item[i].name;
	}
	return left;
}
