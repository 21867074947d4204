/*
 * beside.h - tensors that travel beside the rows of an item, row by row, and
 * wait while the rows are worked on in batches.
 */
#ifndef MODEL_BESIDE_H
#define MODEL_BESIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "tensor/stream.h"
#include "tensor/writer.h"

struct beside {
	struct column *col;   /* names are owned */
	unsigned char **wait; /* [count]: rows in the columns' dtypes */
	size_t count, waiting, room;
};

/* Bytes of a row of a column. */
size_t beside_bytes(const struct column *c);

/*
 * True if x goes along with the part's main tensor, row by row; c borrows its
 * name.  One that has the name `taken`, which the main tensor gets in the
 * output (NULL: none), is left out: a record holds a name once.  So are the
 * plans of routes (route_plan.h), which may chance to be as long.
 */
bool beside_goes(const struct part *p, const struct tensor *x,
	const char *taken, struct column *c);

/* All-zero is empty. */
void beside_add(struct beside *b, const struct column *c);
void beside_free(struct beside *b);

/* n more rows wait: row r is at rows[i] + r / fold in column i. */
void beside_put(
	struct beside *b, const void *const *rows, size_t n, size_t fold);

/* The first n rows that waited are done with. */
void beside_drop(struct beside *b, size_t n);

#endif
