/*
 * shape.h - the shape of a tensor in words.
 */
#ifndef TENSOR_SHAPE_H
#define TENSOR_SHAPE_H

#include "tensor/record.h"

/* "[12, 16]", "[]" of a single number.  malloc'd. */
char *shape_text(const struct tensor *t);

/* The names and shapes of the first tensors of rank `rank`, at most `most` of
 * them, as "a [12, 16], b [4, 5], ..."; "" if there are none.  malloc'd. */
char *shape_list(const struct record *r, size_t rank, size_t most);

#endif
