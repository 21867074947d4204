/*
 * route_old.h - the routes of --against: read whole, kept small.
 *
 * Of a token its experts stay (2 bytes a column; of several columns with gates
 * 2 more for the expert with the largest one), and its code (4 bytes) where there is one.
 *
 * An item of the new stream belongs to the one of its layer and name; of
 * several of a name the first that has not been given out.  Where one of the
 * two has no name of its own (an array), the order decides.  A layer belongs
 * to the one of its name; where one of the two has none, to the only one.
 */
#ifndef REPORT_ROUTE_OLD_H
#define REPORT_ROUTE_OLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/route_layer.h"
#include "report/versus.h"
#include "tensor/stream.h"
#include "util/err.h"

struct route_old_item {
	char *name;
	size_t layer;
	bool named, used;
	size_t n;
	uint16_t *expert; /* [n, cols] */
	uint16_t *first;  /* [n], or NULL */
	uint32_t *code;   /* [n], or NULL */
};

struct route_old;
/* Reads the rest of a stream whose first part is *p.  bare, experts: as
 * route_part_open takes them.  The message names the item. */
struct route_old *route_old_open(struct stream *s, struct part *p, bool bare,
	size_t experts, struct err *e);
void route_old_close(struct route_old *o); /* NULL is allowed */

/* The layer that a layer of that name belongs to: its loads and what is said
 * of it, nothing else is counted.  NULL: there is none. */
const struct route_layer *route_old_layer(
	const struct route_old *o, const char *name, struct err *e);

/* The item that p, the first part of one, belongs to; it is given out once. */
const struct route_old_item *route_old_find(
	struct route_old *o, const struct route_part *p, struct err *e);

/* Rows [from, ...) of an item as a side of versus.h. */
struct versus_side route_old_side(const struct route_old *o,
	const struct route_old_item *item, size_t from);

/* How many items were not given out; *name: one of them. */
size_t route_old_left(const struct route_old *o, const char **name);

#endif
