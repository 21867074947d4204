/*
 * condition_pick.h - an element of an array, by what is in the brackets
 * (condition_find.h has the rules).
 */
#ifndef REPORT_CONDITION_PICK_H
#define REPORT_CONDITION_PICK_H

#include <jansson.h>

#include "report/condition.h"
#include "util/err.h"

/* The key that an element is known by, borrowed; NULL: it has no name. */
const char *condition_pick_name(const json_t *element);

/* What an element is called: its name, else its place.  malloc'd. */
char *condition_pick_label(const json_t *element, size_t place);

/* The element that s means, borrowed; NULL: none, or more than one.  s has no
 * [] that is empty. */
json_t *condition_pick(
	const json_t *array, const struct condition_step *s, struct err *e);

#endif
