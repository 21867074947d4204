/*
 * routes.h - what vq-stats says of streams of routes: a report a layer.
 */
#ifndef REPORT_ROUTES_H
#define REPORT_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "report/route_figures.h"
#include "report/route_side.h"
#include "tensor/stream.h"
#include "util/err.h"

struct routes_opts {
	bool bare;                    /* --routes: arrays are ids ... */
	struct route_side_paths side; /* ... and what is beside them */
	size_t experts; /* -E: where a stream does not say; 0: not given */
	bool by_item, by_label;
	size_t boundary;       /* tokens to list; 0: none */
	const char *audit;     /* file for the code tables, or NULL */
	bool force;            /* may replace it */
	const char *against;   /* older routes of the same tokens: their path */
	struct route_old *old; /* and they, borrowed; NULL: none */
	struct due_limits limits;
};

struct routes;
/* Strings are borrowed until the close.  NULL: a file cannot be used. */
struct routes *routes_open(const struct routes_opts *o, struct err *e);
void routes_close(struct routes *r); /* NULL is allowed */

/*
 * A part of an item.  With the last one *item is what by_item shows of it, a
 * new reference, else NULL.  -1: the item is refused; what was counted of it
 * stays.
 */
int routes_part(
	struct routes *r, const struct part *p, json_t **item, struct err *e);

/* True once a part was taken. */
bool routes_any(const struct routes *r);

/* Layer i as it was counted so far, until the next part; NULL behind the
 * last. */
const struct route_layer *routes_layer(const struct routes *r, size_t i);

/* True if the codes of this part are of the first layer that had any: those
 * of others are not one codebook with them. */
bool routes_counts_codes(struct routes *r, const struct part *p);

/* After the last part.  -1: files beside the ids have more rows. */
int routes_end(struct routes *r, struct err *e);

/* An array of layers; warnings are appended.  A new reference. */
json_t *routes_report(struct routes *r, json_t *warnings);

/* Write the file of code tables, if asked for. */
int routes_finish(struct routes *r, struct err *e);

#endif
