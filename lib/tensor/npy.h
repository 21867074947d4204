/*
 * npy.h - the header of NumPy's .npy format, versions 1 to 3.
 */
#ifndef TENSOR_NPY_H
#define TENSOR_NPY_H

#include <stdbool.h>
#include <stddef.h>

#include "tensor/record.h"
#include "util/input.h"

struct npy {
	enum dtype dtype;
	bool big_endian, fortran;
	size_t rank, shape[TENSOR_RANK_MAX];
	uint64_t bytes; /* of the data */
};

/*
 * Parse the dictionary text[0..n) (what follows the length field): exactly
 * descr, fortran_order, shape.  Object and structured types are refused by
 * name.  Bool reads as U8.
 */
int npy_parse(const char *text, size_t n, struct npy *h, struct err *e);

/* The first bytes of every .npy file. */
#define NPY_MAGIC "\x93NUMPY"
#define NPY_MAGIC_SIZE 6

/* Read magic, version, length and dictionary from in, and parse. */
int npy_read(struct input *in, struct npy *h, struct err *e);

/*
 * A complete version 1 header (magic to newline) for a little-endian C-order
 * array, padded to total bytes if total is not 0 (a multiple of 64, so that it
 * can be rewritten when the number of rows is known).  BF16, which NumPy does
 * not have, is written as its bits ("<u2").  malloc'd, *n bytes.
 */
char *npy_header(enum dtype t, size_t rank, const size_t *shape, size_t total,
	size_t *n);

#endif
