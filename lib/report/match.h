/*
 * match.h - which reference belongs to a decoded item, by name.
 *
 * Two names match if, component by component from the end, one is the tail of
 * the other; the last component may differ in its extension (vq-decode
 * changes it where the format changes).  Of several the one that shares the
 * most components with the item's whole path wins, then the one with the same
 * extension; what is still undecided is refused.
 */
#ifndef REPORT_MATCH_H
#define REPORT_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

struct match;

/* path: -R.  A directory is walked; a file is a list of one. */
struct match *match_open(const char *path, struct err *e);
void match_close(struct match *m);

/* The file where -R is one; NULL for a directory. */
const char *match_only(const struct match *m);

/*
 * rel: the item's name, relative to the directory it was found in; whole: its
 * path.  NULL: none, or undecided (e says which).  Valid until match_close.
 */
const char *match_find(const struct match *m, const char *rel,
	const char *whole, struct err *e);

/* True if the names match by that rule. */
bool match_same(const char *a, const char *b);

/* The tail of path relative to the operand that is a directory above it; else
 * its last component. */
const char *match_relative(
	const char *path, char *const *operands, size_t count);

#endif
