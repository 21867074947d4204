/*
 * boundary.h - the tokens nearest to the boundary of their expert's region.
 */
#ifndef REPORT_BOUNDARY_H
#define REPORT_BOUNDARY_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct boundary_token {
	float margin;
	uint64_t row;
	uint64_t order; /* of arrival */
	char *item;     /* owned */
	uint32_t code;
	uint16_t expert;
};

/* All-zero, with limit set, is empty: a heap, the widest margin on top. */
struct boundary {
	size_t limit, count;
	struct boundary_token *token;
	uint64_t next;
};

void boundary_free(struct boundary *b);

/* A token; it is kept if its margin is a number and fewer than `limit` have a
 * smaller one (of equal ones those that came first).  item is copied; order
 * and item of t are not looked at. */
void boundary_add(
	struct boundary *b, struct boundary_token t, const char *item);

/* An array of objects, the least margin first: item, row, code, expert (null
 * if it was dropped), margin.  Nothing may be added afterwards. */
json_t *boundary_table(struct boundary *b);

#endif
