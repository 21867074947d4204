/*
 * doc.h - one record or .npy array of an input, given out by rows.
 */
#ifndef TENSOR_DOC_H
#define TENSOR_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "tensor/record.h"
#include "tensor/safetensors.h"
#include "tensor/section.h"
#include "util/err.h"
#include "util/input.h"

struct doc {
	struct record head; /* metadata and tensors, without data */
	struct extent *ext; /* where their data lie */
	size_t main;        /* which tensor gives the rows */
	bool big_endian, fortran;
	size_t rows, row, part_rows; /* in all, given out, in a part */
	struct section data;
};

/*
 * Read the header of what comes next (there is at least one byte).  name is
 * that of the main tensor, or NULL: the first of `codes`, `x`, `image`,
 * `audio`, `experts`, else the only one.  An array's tensor is `x`.
 */
int doc_open(struct doc *d, struct input *in, const char *name, struct err *e);
void doc_close(struct doc *d);

/* The same of a record of one tensor that is in memory; r's tensor and metadata
 * are taken, also on failure. */
int doc_hold(struct doc *d, struct record *r, struct err *e);

/*
 * The next rows to r (empty before), with the metadata: at most part_rows of
 * the main tensor and those with the same first axis; the others come whole
 * with the first.  Also a document of no rows gives one part.
 */
int doc_part(struct doc *d, struct record *r, struct err *e);

/* True when all rows were given out. */
bool doc_done(const struct doc *d);

#endif
