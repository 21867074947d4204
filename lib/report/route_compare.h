/*
 * route_compare.h - rows of routes, as they come, against --against, and
 * against the second router that came along with them.
 */
#ifndef REPORT_ROUTE_COMPARE_H
#define REPORT_ROUTE_COMPARE_H

#include "report/route_layer.h"
#include "report/route_old.h"

/* All-zero: no --against. */
struct route_compare {
	const char *path;
	struct route_old *old;
	const struct route_old_item *item; /* of the one at hand */
	uint16_t *first, *shadow;          /* [ROUTE_ROWS_MAX] scratch */
	bool *flipped;                     /* the same */
};

/* old, and its path for messages, are borrowed; NULL: no --against. */
void route_compare_open(
	struct route_compare *c, const char *path, struct route_old *old);
void route_compare_close(struct route_compare *c);

/* The first part of an item.  -1: it is not in OLD. */
int route_compare_begin(struct route_compare *c, struct route_layer *l,
	const struct route_part *p, struct err *e);

/* Rows of it, already counted in l.  -1: OLD has fewer. */
int route_compare_rows(struct route_compare *c, struct route_layer *l,
	const struct route_rows *x, struct err *e);

/* After the last part, of an item of n tokens.  -1: OLD has more. */
int route_compare_end(const struct route_compare *c, uint64_t n, struct err *e);

/* Items of OLD that nobody asked for. */
void route_compare_warn(const struct route_compare *c, json_t *warnings);

#endif
