/*
 * whole.h - whole numbers of any width, read as they lie in memory.
 */
#ifndef TENSOR_WHOLE_H
#define TENSOR_WHOLE_H

#include <stddef.h>
#include <stdint.h>

/* The low 32 bits of n little-endian numbers of `size` (1, 2, 4, 8) bytes, at
 * any alignment; returns the bits of all of them, or-ed: what does not fit
 * shows there. */
uint64_t whole_to_u32(uint32_t *dst, const void *src, size_t n, size_t size);

#endif
