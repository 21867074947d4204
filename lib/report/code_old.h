/*
 * code_old.h - the codes of --against: counted, and kept small.
 *
 * A code stays as 2 bytes, as 4 in items with codes above 65,535.
 *
 * An item of the new stream belongs to the one of its name; of several of a
 * name the first that has not been given out.  Where one of the two has no name
 * of its own (an array), the order decides.
 */
#ifndef REPORT_CODE_OLD_H
#define REPORT_CODE_OLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/census.h"
#include "tensor/stream.h"
#include "util/err.h"

struct code_old_item {
	char *name;
	bool named, used, wide;
	size_t n;   /* tokens */
	void *code; /* [n, cols]; uint32_t if wide, else uint16_t */
};

struct code_old;
/* Reads the rest of a stream whose first part is *p.  The message names the
 * item. */
struct code_old *code_old_open(struct stream *s, struct part *p, struct err *e);
void code_old_close(struct code_old *o); /* NULL is allowed */

/* Its counts (no joint ones), and k of its columns. */
const struct census *code_old_census(const struct code_old *o);

/* The fingerprint of the model of its first item, or NULL. */
const char *code_old_model(const struct code_old *o);

/* The item that an item of this name belongs to (named: it is its own); it is
 * given out once.  NULL: there is none. */
const struct code_old_item *code_old_find(
	struct code_old *o, const char *name, bool named);

/* Code i, counted from the item's first, row by row. */
uint32_t code_old_at(const struct code_old_item *item, size_t i);

/* How many items were not given out; *name: one of them. */
size_t code_old_left(const struct code_old *o, const char **name);

#endif
