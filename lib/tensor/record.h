/*
 * record.h - tensors with names and shapes, and the metadata beside them.
 */
#ifndef TENSOR_RECORD_H
#define TENSOR_RECORD_H

#include <stddef.h>

#include "tensor/dtype.h"
#include "tensor/meta.h"
#include "util/err.h"

#define TENSOR_RANK_MAX 8

struct tensor {
	char *name;
	enum dtype dtype;
	size_t rank, shape[TENSOR_RANK_MAX];
	unsigned char *data; /* C order, little endian; NULL: not loaded */
	size_t bytes;
};

/* 2^bits, or as much as fits into the address space. */
#define RECORD_MOST(bits) \
	((size_t)1 << ((bits) < 8 * sizeof(size_t) - 1 \
			 ? (bits) \
			 : 8 * sizeof(size_t) - 1))

struct record {
	struct meta meta;
	struct tensor *tensor;
	size_t count;
};

/* All-zero is empty.  record_free leaves it so. */
void record_free(struct record *r);

/* NULL if there is none of that name. */
struct tensor *record_find(const struct record *r, const char *name);

/*
 * Append a tensor; name and shape are copied, data (malloc'd, or NULL to
 * allocate zeroed) is taken.  The pointer is valid until the next add.
 */
struct tensor *record_add(struct record *r, const char *name, enum dtype t,
	size_t rank, const size_t *shape, void *data);

/* Elements; the product of the shape (1 for rank 0). */
size_t tensor_elements(const struct tensor *t);

/* Elements behind one index of the first axis. */
size_t tensor_row_elements(const struct tensor *t);

/* A float copy of all elements, from mem_floats. */
float *tensor_floats(const struct tensor *t);

/*
 * Whole safetensors documents in memory and in files: models.  _load refuses
 * what safetensors.h names, a crc32 that does not match, and bytes behind the
 * data; limit is the most bytes it may read.  _write gives the same bytes for
 * the same record: tensors as in r, data from a multiple of 64 on; of the
 * metadata `format` comes first; `crc32` and the header's own are added.
 */
int record_load(
	struct record *r, const char *path, size_t limit, struct err *e);
struct input;
int record_read(
	struct record *r, struct input *in, size_t limit, struct err *e);
/* The same of one record that others may follow. */
int record_next(
	struct record *r, struct input *in, size_t limit, struct err *e);
/* -1 and where, if anything follows the record that record_next read. */
int record_end(struct input *in, struct err *e);
struct output;
int record_write(const struct record *r, struct output *o, struct err *e);

#endif
