/*
 * beside.h - tensors that travel beside the rows of an item, row by row, and
 * wait while the rows are worked on in batches.
 */
#ifndef MODEL_BESIDE_H
#define MODEL_BESIDE_H

#include <stddef.h>

#include "tensor/writer.h"

struct beside {
	struct column *col;   /* names are owned */
	unsigned char **wait; /* [count]: rows in the columns' dtypes */
	size_t count, waiting, room;
};

/* Bytes of a row of a column. */
size_t beside_bytes(const struct column *c);

/* All-zero is empty. */
void beside_add(struct beside *b, const struct column *c);
void beside_free(struct beside *b);

/* n more rows wait: row r is at rows[i] + r / fold in column i. */
void beside_put(
	struct beside *b, const void *const *rows, size_t n, size_t fold);

/* The first n rows that waited are done with. */
void beside_drop(struct beside *b, size_t n);

#endif
