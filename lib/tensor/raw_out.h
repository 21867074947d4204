/*
 * raw_out.h - rows without a header, as they are or in another type.
 */
#ifndef TENSOR_RAW_OUT_H
#define TENSOR_RAW_OUT_H

#include <stddef.h>

#include "tensor/dtype.h"
#include "util/output.h"

/*
 * n elements of type `from` to the output as `to`.  Floats round and saturate;
 * an index (unsigned) that an integer type does not hold is an error.
 */
int raw_out_write(struct output *o, const void *data, size_t n, enum dtype from,
	enum dtype to, struct err *e);

#endif
