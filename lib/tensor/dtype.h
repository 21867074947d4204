/*
 * dtype.h - element types of tensors, and conversion to and from float.
 */
#ifndef TENSOR_DTYPE_H
#define TENSOR_DTYPE_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

enum dtype {
	DT_F64,
	DT_F32,
	DT_F16,
	DT_BF16,
	DT_I64,
	DT_I32,
	DT_I16,
	DT_I8,
	DT_U64,
	DT_U32,
	DT_U16,
	DT_U8,
	DT_COUNT
};

size_t dtype_size(enum dtype t);

/* "F32"; as safetensors spells it. */
const char *dtype_name(enum dtype t);

/* -1 if name[0..n) is none of ours. */
int dtype_find(const char *name, size_t n);

/* n little-endian elements at src (any alignment) to floats and back.  Integer
 * targets round to nearest, ties to even, and saturate. */
void dtype_to_f32(float *dst, const void *src, size_t n, enum dtype t);
void dtype_from_f32(void *dst, const float *src, size_t n, enum dtype t);

/* The same for unsigned indices: a value that is negative, fractional or
 * above 2^32 - 1 is an error that gives its position and value. */
int dtype_to_u32(
	uint32_t *dst, const void *src, size_t n, enum dtype t, struct err *e);
void dtype_from_u32(void *dst, const uint32_t *src, size_t n, enum dtype t);

/* The smallest of U8, U16, U32 that holds 0 .. k-1. */
enum dtype dtype_for_codes(size_t k);

/* Position of the first NaN or infinity in x[0..n), or n. */
size_t dtype_find_nonfinite(const float *x, size_t n);

/* What element i at src is, of which dtype_to_f32 made NaN or infinity: that, or
 * "a number beyond what a float holds". */
const char *dtype_nonfinite_words(const void *src, size_t i, enum dtype t);

#endif
