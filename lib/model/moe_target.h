/*
 * moe_target.h - targets in a file of their own: an npy array, or a record's
 * tensor `y` or only one.  Its first axis goes with that of the one item of
 * rows, in order.
 */
#ifndef MODEL_MOE_TARGET_H
#define MODEL_MOE_TARGET_H

#include <stdbool.h>

#include "model/router_file.h"
#include "tensor/stream.h"

/* All-zero: none. */
struct moe_target {
	const char *path; /* borrowed */
	struct router_file file;
	const struct tensor *y;
};

/* -1 if there is such a file and it holds no targets; without one t stays
 * empty.  To be closed in any case. */
int moe_target_open(struct moe_target *t, const char *path, struct err *e);
void moe_target_close(struct moe_target *t);

/* The targets of a part into *view, whose data are borrowed; name: a tensor of
 * that name goes first, then *y is it.  -1: too few targets, or too many at
 * the last part; the words name both files. */
int moe_target_find(const struct moe_target *t, const struct part *p,
	const char *name, struct tensor *view, const struct tensor **y,
	struct err *e);

/* The names of a record's tensors for a message: "x, z"; malloc'd. */
char *moe_target_names(const struct record *r);

#endif
