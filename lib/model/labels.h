/*
 * labels.h - a class for every item: --labels TSV.
 *
 * Lines of item name (escaped as in metadata, or raw), tab, class (a whole
 * number).
 */
#ifndef MODEL_LABELS_H
#define MODEL_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

struct labels {
	struct label *sorted;
	size_t count;
};

/* A malformed line and an item with two classes are errors. */
int labels_load(struct labels *l, const char *path, struct err *e);
void labels_free(struct labels *l);

/* -1 if the item has no class. */
int labels_find(const struct labels *l, const char *item, uint32_t *class,
	struct err *e);

#endif
