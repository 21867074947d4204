/*
 * npy_out.h - one .npy array, row by row.
 *
 * When the number of rows is not known before: on a seekable output the header
 * is put right at the end, else the rows wait in a temporary file.
 */
#ifndef TENSOR_NPY_OUT_H
#define TENSOR_NPY_OUT_H

#include <stddef.h>

#include "tensor/record.h"
#include "util/output.h"

#define NPY_OUT_UNKNOWN ((size_t)-1)

struct npy_out;

/* shape[0] is ignored; rows is how many will come, or NPY_OUT_UNKNOWN. */
struct npy_out *npy_out_begin(struct output *o, enum dtype t, size_t rank,
	const size_t *shape, size_t rows, struct err *e);

/* n rows in C order, little endian. */
int npy_out_rows(struct npy_out *w, const void *data, size_t n, struct err *e);

/* Complete the array; frees w, also on failure. */
int npy_out_end(struct npy_out *w, struct err *e);

/* Give up; frees w.  -1 if rows went out already: the output is cut short. */
int npy_out_fail(struct npy_out *w, struct err *e);

#endif
