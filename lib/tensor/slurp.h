/*
 * slurp.h - bytes of an input into memory that grows as they arrive.
 *
 * A length that a header claims is not believed: at most twice what has
 * arrived (and a mebibyte) is allocated.
 */
#ifndef TENSOR_SLURP_H
#define TENSOR_SLURP_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/input.h"

/* Exactly n bytes, malloc'd.  NULL if the input ends before: the message says
 * at which byte and how many are missing. */
void *slurp_exact(struct input *in, uint64_t n, struct err *e);

/* At most n bytes, *got of them: fewer only at the end.  NULL on a read
 * error. */
void *slurp_upto(struct input *in, size_t n, size_t *got, struct err *e);

/* The words for an input that ends at byte `at`, too early.  Returns -1. */
int slurp_missing(struct err *e, uint64_t at, uint64_t missing);

#endif
