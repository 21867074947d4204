/*
 * condition_find.h - the figures that a path of a condition means.
 *
 * A step is looked for in the object at hand, then in the objects within it,
 * nearest first; there must be one only in that distance.  A step with
 * brackets, or with another behind it, is an array or an object: by its key,
 * by its key without the last s (stage for stages), or by the name that its
 * elements have for themselves (layer for routes, code for code_table).  An
 * index that is a number is this name where the step is called as the elements
 * are and one has it (stage[1], step[300]); else it is the place, from 0, but
 * not where elements so called are numbered.  Any other index is the name of an
 * element (path[union], item[a.png]).
 * Without one there must be one element.  A step with [] takes all of them, of
 * all arrays that are equally near.
 */
#ifndef REPORT_CONDITION_FIND_H
#define REPORT_CONDITION_FIND_H

#include <stddef.h>

#include <jansson.h>

#include "report/condition.h"
#include "util/err.h"

struct condition_figure {
	const json_t *in; /* borrowed: the object, and the key in it */
	const char *key;  /* NULL: `in` itself, for [] at the end */
};

/*
 * Of a node that is a figure or is taken over some.  *figure is malloc'd; its
 * number is returned, 0 only where an array that [] is behind is empty.  -1:
 * an unknown key (with the nearest one there is), or more than one.
 */
ptrdiff_t condition_find(const struct condition *c,
	const struct condition_node *n, const json_t *root,
	struct condition_figure **figure, struct err *e);

/* The number that it is; true is 1, infinite INFINITY, null NAN.  -1: it is a
 * text or a table. */
int condition_find_number(
	struct condition_figure f, double *number, struct err *e);

#endif
