/*
 * agreed.h - columns and k that the items of a run agree on.
 *
 * k of a column is what the items' metadata say (key `codes`), else what the
 * model says, else the option -k, else not known (0).  An item that says
 * otherwise than those before is refused; with -k it is not, and -k holds for
 * all from there on.
 */
#ifndef REPORT_AGREED_H
#define REPORT_AGREED_H

#include <stddef.h>

#include "report/sizes.h"
#include "util/err.h"

#define AGREED_COLUMNS_MAX 4096

/* All-zero: nothing yet. */
struct agreed {
	size_t cols; /* 0: no item, no model yet */
	size_t *k;   /* [cols]; 0: not known */

	size_t option_k; /* 0: not given */
	struct sizes model;
	char *model_path;
	char *cols_from, *k_from; /* which item or file said it first */
};

/* model: a path, or NULL.  -1: it cannot be used. */
int agreed_init(
	struct agreed *a, const char *model, size_t option_k, struct err *e);
void agreed_free(struct agreed *a);

/* An item with `cols` columns; codes: its key `codes`, or NULL. */
int agreed_item(struct agreed *a, const char *item, size_t cols,
	const char *codes, struct err *e);

#endif
