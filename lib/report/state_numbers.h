/*
 * state_numbers.h - counts as tensors of a state, and back.  For state_file.c.
 */
#ifndef REPORT_STATE_NUMBERS_H
#define REPORT_STATE_NUMBERS_H

#include <stddef.h>

#include "stats/tally.h"
#include "tensor/record.h"
#include "util/err.h"

/* A tensor of that type: [n], or [n, cols] where cols is above 1; or NULL. */
const unsigned char *state_numbers_find(const struct record *r,
	const char *name, enum dtype type, size_t cols, size_t *n,
	struct err *e);

/* A tensor F64 [n]. */
int state_numbers_reals(const struct record *r, const char *name, double *to,
	size_t n, struct err *e);
void state_numbers_add_reals(
	struct record *r, const char *name, const double *v, size_t n);

/*
 * The columns of t, empty but for its number of tokens, from used, code and
 * count; codes: the key of the metadata, or NULL.  -1: they do not add up.
 */
int state_numbers_columns(struct tally *t, const struct record *r,
	const char *codes, struct err *e);

/* The whole tokens of t, whose columns are there. */
int state_numbers_joint(struct tally *t, const struct record *r, struct err *e);

/* All of t, which has columns. */
void state_numbers_add(struct record *r, const struct tally *t);

#endif
