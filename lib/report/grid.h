/*
 * grid.h - rows and columns of words, written aligned or separated by tabs.
 */
#ifndef REPORT_GRID_H
#define REPORT_GRID_H

#include <stddef.h>

#include "util/err.h"
#include "util/output.h"

/* All-zero is empty, once cols is set. */
struct grid {
	size_t cols, cells;
	char **cell; /* [cells / cols, cols], owned */
};

void grid_free(struct grid *g);

/* The next cell; takes word, which came from malloc. */
void grid_add(struct grid *g, char *word);

/* Columns padded to their widest word, the first `left` of them to the left
 * edge, the others to the right one. */
int grid_aligned(
	const struct grid *g, size_t left, struct output *o, struct err *e);

/* One tab between columns; tabs and line ends in words become blanks. */
int grid_tabbed(const struct grid *g, struct output *o, struct err *e);

#endif
