/*
 * safetensors.h - the header of a record: parse and check, build.
 *
 * u64 little-endian length N, N bytes of JSON (trailing blanks allowed), data.
 * Refused: N above 100,000,000 or below 2, bytes that are not UTF-8, JSON that
 * is not an object, duplicate keys, metadata that is not string to string,
 * unknown dtypes, rank above TENSOR_RANK_MAX, negative or fractional sizes,
 * products that overflow, offsets that are not contiguous from 0 in some order
 * of the tensors or not equal to shape times size, a header that does not match
 * its checksum (tensor/header.h).  Messages say which byte or key.
 */
#ifndef TENSOR_SAFETENSORS_H
#define TENSOR_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "tensor/record.h"
#include "util/input.h"

#define SAFETENSORS_HEADER_MAX ((uint64_t)100000000)

/* Where a tensor's bytes lie, from the start of the data. */
struct extent {
	uint64_t begin, end;
};

/*
 * Parse json[0..n).  Fills r (no data) and *ext (malloc'd, one a tensor, in
 * r's order, which is that of the offsets), *total the bytes of data.  The
 * header's checksum is not in r's metadata.
 */
int safetensors_parse(const char *json, size_t n, struct record *r,
	struct extent **ext, uint64_t *total, struct err *e);

/* Read length and header from in, and parse. */
int safetensors_read(struct input *in, struct record *r, struct extent **ext,
	uint64_t *total, struct err *e);

/*
 * The `crc32` of the metadata: 1 and *crc, 0 if there is none, -1 if it is
 * not 1 to 8 hexadecimal digits.
 */
int safetensors_crc(const struct meta *m, uint32_t *crc, struct err *e);

/* -1 if the two checksums differ. */
int safetensors_check(uint32_t found, uint32_t stated, struct err *e);

/*
 * The length and header for r's tensors, padded so that data starts at a
 * multiple of 64 bytes.  Of the metadata `format` = `1` comes first, then all
 * other keys as they are, and the header's checksum.  malloc'd, *n bytes.
 */
char *safetensors_header(const struct record *r, size_t *n);

#endif
