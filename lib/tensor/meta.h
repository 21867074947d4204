/*
 * meta.h - the string-to-string metadata of a record, in insertion order.
 *
 * A jansson object underneath.  Keys and values are UTF-8 (item names are
 * escaped by names_escape before they get here).
 */
#ifndef TENSOR_META_H
#define TENSOR_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "util/err.h"

struct meta {
	json_t *map; /* NULL: empty */
};

void meta_free(struct meta *m);

/* dst is written over, not freed. */
void meta_copy(struct meta *dst, const struct meta *src);

/* NULL if absent; valid until the key is set again or m is freed. */
const char *meta_get(const struct meta *m, const char *key);

/* A value that is not UTF-8 is escaped as by names_escape. */
void meta_set(struct meta *m, const char *key, const char *value);
void meta_setf(struct meta *m, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void meta_del(struct meta *m, const char *key);

/* A decimal size without suffix: 1 stored, 0 absent, -1 malformed. */
int meta_size(const struct meta *m, const char *key, size_t *out);

/* Models, states and checkpoints are read by one that knows what their `format`
 * says, or were made before there was one: an error of all but "1". */
int meta_format(const struct meta *m, struct err *e);

#endif
