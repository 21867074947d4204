/*
 * route_side.h - what other systems keep beside their routes, in arrays of
 * their own: probabilities, labels, masks of dropped tokens.
 *
 * Row i of such a file belongs to row i of all ids together, in the order in
 * which they are read.
 */
#ifndef REPORT_ROUTE_SIDE_H
#define REPORT_ROUTE_SIDE_H

#include <stdbool.h>

#include "report/route_rows.h"
#include "tensor/stream.h"
#include "util/err.h"

/* A file, read along.  All-zero: none. */
struct route_side_file {
	const char *path;
	struct input *in;
	struct stream *stream;
	struct part part;
	size_t cols, at; /* rows of the part that were used */
	bool integer;    /* asked for */
	bool ended;
	float *row; /* [ROUTE_ROWS_MAX, cols] */
};

struct route_side {
	struct route_side_file probs, labels, dropped;
	bool lost; /* an item failed: rows no longer belong together */
};

/* NULL: no such file. */
struct route_side_paths {
	const char *probs;   /* [n, t], or [n, E] */
	const char *labels;  /* [n], whole numbers; negative: none */
	const char *dropped; /* [n] or [n, t]; not 0: dropped */
};

int route_side_open(
	struct route_side *s, const struct route_side_paths *p, struct err *e);
void route_side_close(struct route_side *s);

/* E where nobody says it: the width of the probabilities, if they are not of
 * the t chosen experts alone; else 0. */
size_t route_side_experts(const struct route_side *s, size_t cols);

/* The gates, labels and drops of rows that have none yet. */
int route_side_fill(struct route_side *s, struct route_rows *x, struct err *e);

/* -1: a file has more rows than there were. */
int route_side_end(struct route_side *s, struct err *e);

#endif
