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

/* The same as it is read of a tensor by itself without a checksum: so much stays
 * in the cache until it has been worked on.  With 16 MiB moe-route took 1.4 times
 * the processor's time for rows of 4 KiB. */
#define PART_BYTES_PASSING ((size_t)1 << 20)

/* Rows of such a part, at least 1. */
size_t cut_passing(size_t row);

/* Rows of a part, at least 1: main and all are the bytes of a row of the main
 * tensor and of all tensors cut along. */
size_t cut_rows(size_t main, size_t all);

#endif
