/*
 * crc.h - zlib's crc32 of many bytes, faster where the processor can multiply
 * polynomials.
 */
#ifndef UTIL_CRC_H
#define UTIL_CRC_H

#include <stddef.h>
#include <stdint.h>

/* The crc32 of what crc is that of, and these n bytes behind it; that of no
 * bytes is 0.  p may be NULL where n is 0. */
uint32_t crc_add(uint32_t crc, const void *p, size_t n);

#endif
