/*
 * rows.h - the tree of a report as rows, one after the other.
 *
 * Each object of the tree is a row, followed by those of the arrays and objects
 * in it.  First the whole ("total"), then stages, items and what is within
 * them, then the rest in the tree's order.  A row's scope says what it is:
 * "stage", "item", "layer", "path", "expert", ...; within `against`
 * "against_stage" and so on.
 */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include <stdbool.h>

#include <jansson.h>

#include "util/err.h"

struct rows_row {
	const char *scope;
	const json_t *object; /* its own members */
	const json_t *place;  /* an object: what it belongs to, as far as that
	                         has a name: item, part, label, stage, layer,
	                         path */
};

typedef int rows_fn(void *arg, const struct rows_row *r, struct err *e);

/* Each in turn; ends at the first that is not 0, and returns that. */
int rows_each(const json_t *root, rows_fn *fn, void *arg, struct err *e);

/* The object that a row's key is in: its own, else the place. */
const json_t *rows_from(const struct rows_row *r, const char *key);

/* True of a member that is rows of its own, not a figure or a list. */
bool rows_are(const json_t *member);

#endif
