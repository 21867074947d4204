/*
 * operands.h - which items a command works on.
 *
 * Operands, then the names in --files-from (one a line, or NUL-terminated);
 * a directory is walked in sorted order (bytes), depth first, hidden entries
 * left out; no operand at all is "-", stdin.
 */
#ifndef UTIL_OPERANDS_H
#define UTIL_OPERANDS_H

#include <stdbool.h>

#include "util/err.h"
#include "util/strlist.h"

/*
 * Fill l with paths in order.  A directory that cannot be read, or that holds
 * no file, is reported through `bad(arg, path, reason)` and left out.
 * Of several ranks (ranks.h) the first one looks, for all.
 * -1: the list itself cannot be read, has no name, or "-" stands for two things.
 */
typedef void operands_bad(void *arg, const char *path, const char *reason);
int operands_expand(struct strlist *l, char *const *argv, size_t argc,
	const char *files_from, bool null, operands_bad *bad, void *arg,
	struct err *e);

/* The same, but 1 where the list has no name, as e says; operands may still be
 * in l. */
int operands_maybe(struct strlist *l, char *const *argv, size_t argc,
	const char *files_from, bool null, operands_bad *bad, void *arg,
	struct err *e);

#endif
