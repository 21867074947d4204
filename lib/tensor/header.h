/*
 * header.h - the JSON text of a record's header as a tree of bounded size.
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

/* text[0..n) must be an object without duplicate keys.  NULL: e says at which
 * byte what is wrong. */
json_t *header_load(const char *text, size_t n, struct err *e);

#endif
