/*
 * tree.h - arrays of objects within objects as the rows of one table.
 *
 * Each object is a row, followed by the rows of the arrays in it.  A row's
 * scope says what it is: "layer", "path", "expert", ...; what names its place
 * (layer, path, step) is repeated in it.
 */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include <jansson.h>

#include "report/columns.h"

/* Add the keys of all rows to an object used as a set, in order. */
void tree_keys(json_t *set, const json_t *rows);

/* The rows: scope and a cell for each of keys.  name: the key of `rows`. */
void tree_rows(struct columns *g, const json_t *keys, const char *name,
	const json_t *rows);

#endif
