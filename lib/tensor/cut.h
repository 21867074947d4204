/*
 * cut.h - where rows are cut into parts.
 *
 * By the sizes of rows alone, so that the places do not depend on how the
 * rows arrived.
 */
#ifndef TENSOR_CUT_H
#define TENSOR_CUT_H

#include <stddef.h>

/* The most bytes of the main tensor in a part of more than one row. */
#define PART_BYTES ((size_t)16 << 20)

/* The most bytes of all tensors in a part; a row above it is refused. */
#define PART_BYTES_ALL ((size_t)1 << 30)

/* Rows of a part, at least 1: main and all are the bytes of a row of the main
 * tensor and of all tensors cut along. */
size_t cut_rows(size_t main, size_t all);

#endif
