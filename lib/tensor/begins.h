/*
 * begins.h - what it is that is no tensor record, for messages.
 */
#ifndef TENSOR_BEGINS_H
#define TENSOR_BEGINS_H

#include <stdint.h>

/* What the first eight bytes, read as a little-endian length, are known to
 * begin: "a PNG image", "text", ...; NULL: nothing known, or a possible
 * length. */
const char *begins_as(uint64_t n);

#endif
