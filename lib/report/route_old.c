#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report/route_old.h"
#include "util/mem.h"

struct route_old {
	struct route_layer *layer;
	size_t layers;
	struct route_old_item *item;
	size_t items;
	json_t *place; /* "layer name" -> the first of them not given out */
	struct route_rows rows;
};

void
route_old_close(struct route_old *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->layers; i++)
		route_layer_free(&o->layer[i]);
	for (size_t i = 0; i < o->items; i++) {
		free(o->item[i].name);
		free(o->item[i].expert);
		free(o->item[i].first);
		free(o->item[i].code);
	}
	free(o->layer);
	free(o->item);
	json_decref(o->place);
	route_rows_free(&o->rows);
	free(o);
}

static size_t
found_layer(struct route_old *o, const struct route_part *p)
{
	for (size_t i = 0; i < o->layers; i++)
		if (route_layer_is(&o->layer[i], p))
			return i;
	o->layer = mem_grow(o->layer, o->layers + 1, sizeof(*o->layer));
	route_layer_init(&o->layer[o->layers], p, 0);
	return o->layers++;
}

static char *
key(size_t layer, const char *name)
{
	return mem_printf("%zu %s", layer, name);
}

static struct route_old_item *
begin_item(struct route_old *o, const struct route_part *p, size_t layer)
{
	const char *own = meta_get(&p->p->rec.meta, "item");
	struct route_old_item *item;
	char *k;

	if ((o->items & (o->items - 1)) == 0)
		o->item = mem_grow(
			o->item, o->items ? 2 * o->items : 1, sizeof(*o->item));
	item = &o->item[o->items];
	*item = (struct route_old_item){ .layer = layer, .named = own };
	item->name = mem_strdup(p->p->item);
	k = key(layer, item->name);
	if (!json_object_get(o->place, k))
		json_object_set_new(
			o->place, k, json_integer((json_int_t)o->items));
	free(k);
	o->items++;
	return item;
}

static void
keep_rows(struct route_old *o, struct route_old_item *item)
{
	struct route_layer *l = &o->layer[item->layer];
	const struct route_rows *x = &o->rows;
	size_t at = item->n, n = at + x->n;

	item->expert =
		mem_grow(item->expert, n * l->cols, sizeof(*item->expert));
	memcpy(item->expert + at * l->cols, x->expert,
		x->n * l->cols * sizeof(*item->expert));
	if (x->gate && l->cols > 1) {
		item->first = mem_grow(item->first, n, sizeof(*item->first));
		route_paths_first(
			item->first + at, x->expert, x->gate, x->n, l->cols);
	}
	if (x->code) {
		item->code = mem_grow(item->code, n, sizeof(*item->code));
		memcpy(item->code + at, x->code, x->n * sizeof(*item->code));
	}
	for (size_t i = 0; i < l->paths; i++)
		load_add(&l->load[i], x->expert + l->path[i].col, NULL, x->n,
			l->path[i].cols, x->cols);
	item->n = n;
}

static int
take_part(struct route_old *o, const struct part *p, bool bare, size_t experts,
	struct err *e)
{
	struct route_old_item *item;
	struct route_part part;
	size_t layer, n;

	if (p->failed)
		return err_set(e, "incomplete");
	if (!bare && !route_part_is(p))
		return err_set(e, "no routes (--routes: arrays are ids)");
	if (route_part_open(&part, p, !route_part_is(p), experts, e) != 0)
		return -1;
	layer = found_layer(o, &part);
	if (route_layer_agrees(&o->layer[layer], &part, e) != 0)
		return -1;
	item = p->first ? begin_item(o, &part, layer) : &o->item[o->items - 1];
	if (item->layer != layer)
		return err_set(e, "its parts are of different layers");
	if (item->n && (part.code != NULL) != (item->code != NULL))
		return err_set(e, "codes in some of its parts only");
	if (item->n && (part.gate && part.cols > 1) != (item->first != NULL))
		return err_set(e, "gates in some of its parts only");
	for (size_t i = 0; i < part.n; i += n) {
		n = part.n - i < ROUTE_ROWS_MAX ? part.n - i : ROUTE_ROWS_MAX;
		if (route_rows_read(&o->rows, &part, i, n, e) != 0)
			return -1;
		keep_rows(o, item);
	}
	return 0;
}

struct route_old *
route_old_open(struct stream *s, struct part *p, bool bare, size_t experts,
	struct err *e)
{
	struct route_old *o = mem_zalloc(1, sizeof(*o));
	int got;

	o->place = json_object();
	do {
		got = take_part(o, p, bare, experts, e) == 0
			? stream_next(s, p, e)
			: err_wrap(e, "%s", p->item);
	} while (got == 1);
	if (got == 0)
		return o;
	route_old_close(o);
	return NULL;
}

const struct route_layer *
route_old_layer(const struct route_old *o, const char *name, struct err *e)
{
	for (size_t i = 0; i < o->layers; i++) {
		const char *own = o->layer[i].name;

		if (own && name ? strcmp(own, name) == 0 : o->layers == 1)
			return &o->layer[i];
	}
	if (name)
		err_set(e, "layer %s is not there", name);
	else
		err_set(e, "it does not say its layer, and there are %zu",
			o->layers);
	return NULL;
}

/* The next item of that layer in order, if it or the one that asks has no
 * name of its own. */
static struct route_old_item *
next_in_order(struct route_old *o, size_t layer, bool named)
{
	for (size_t i = 0; i < o->items; i++) {
		struct route_old_item *item = &o->item[i];

		if (item->layer == layer && !item->used)
			return named && item->named ? NULL : item;
	}
	return NULL;
}

static struct route_old_item *
by_name(struct route_old *o, size_t layer, const char *name)
{
	char *k = key(layer, name);
	json_t *v = json_object_get(o->place, k);
	size_t i = v ? (size_t)json_integer_value(v) : o->items;

	for (; i < o->items; i++)
		if (!o->item[i].used && o->item[i].layer == layer &&
			strcmp(o->item[i].name, name) == 0)
			break;
	if (v)
		json_object_set_new(o->place, k, json_integer((json_int_t)i));
	free(k);
	return i < o->items ? &o->item[i] : NULL;
}

const struct route_old_item *
route_old_find(struct route_old *o, const struct route_part *p, struct err *e)
{
	const struct route_layer *l = route_old_layer(o, p->layer, e);
	bool named = meta_get(&p->p->rec.meta, "item");
	struct route_old_item *item;
	size_t layer;

	if (!l)
		return NULL;
	layer = (size_t)(l - o->layer);
	item = by_name(o, layer, p->p->item);
	if (!item)
		item = next_in_order(o, layer, named);
	if (item)
		item->used = true;
	else
		err_set(e, "no item of this name is there");
	return item;
}

struct versus_side
route_old_side(const struct route_old *o, const struct route_old_item *item,
	size_t from)
{
	const struct route_layer *l = &o->layer[item->layer];

	return (struct versus_side){ item->expert + from * l->cols,
		item->first ? item->first + from : NULL, l->cols, l->discrete };
}

size_t
route_old_left(const struct route_old *o, const char **name)
{
	size_t left = 0;

	for (size_t i = 0; i < o->items; i++) {
		if (o->item[i].used)
			continue;
		if (!left++)
			*name = o->item[i].name;
	}
	return left;
}
