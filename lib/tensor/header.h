/*
 * header.h - the JSON text of a record's header: its checksum, and as a tree of
 * bounded size.
 *
 * The checksum is eight hexadecimal digits behind the bytes HEADER_SUM_KEY: the
 * crc32 of the length (8 bytes) and the text, blanks at its end included, with
 * these digits as 0.  A text without these bytes has none; so one that another
 * program wrote anew with blanks behind its colons loses it.
 *
 * A megabyte of text may hold a million values, of some forty bytes each in
 * the tree: what no record needs is refused before there is a tree.
 */
#ifndef TENSOR_HEADER_H
#define TENSOR_HEADER_H

#include <stddef.h>

#include <jansson.h>

#include "util/err.h"

#define HEADER_VALUES_MAX ((size_t)1000000)
#define HEADER_DEPTH_MAX 8

/* In the metadata.  It begins with a comma because quotes behind one are those
 * of a key or a value, never a part of them. */
#define HEADER_SUM "crc32.header"
#define HEADER_SUM_KEY ",\"" HEADER_SUM "\":\""

/* text[0..n) must be an object without duplicate keys, and agree with its
 * checksum where it has one.  NULL: e says at which byte what is wrong. */
json_t *header_load(const char *text, size_t n, struct err *e);

/* Put the checksum into text[0..n), which has eight digits for it. */
void header_sign(char *text, size_t n);

#endif
