/*
 * columns.h - rows and columns of words, written aligned or separated by tabs.
 */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include <stddef.h>

#include "util/err.h"
#include "util/output.h"

/* All-zero is empty, once cols is set. */
struct columns {
	size_t cols, cells;
	char **cell; /* [cells / cols, cols], owned */
};

void columns_free(struct columns *g);

/* The next cell; takes word, which came from malloc. */
void columns_add(struct columns *g, char *word);

/* Columns padded to their widest word, the first `left` of them to the left
 * edge, the others to the right one. */
int columns_aligned(
	const struct columns *g, size_t left, struct output *o, struct err *e);

/* One tab between columns; tabs and line ends in words become blanks. */
int columns_tabbed(const struct columns *g, struct output *o, struct err *e);

#endif
