/*
 * writer.h - tensors out: records, npy arrays or raw rows.
 *
 * Rows are collected into parts of at most 16 MiB and cut at places that
 * depend only on the shape and dtype of the columns.
 */
#ifndef TENSOR_WRITER_H
#define TENSOR_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "tensor/record.h"
#include "util/output.h"

enum format { FORMAT_RECORD, FORMAT_NPY, FORMAT_RAW };

/* One tensor of the rows: shape[0] is ignored.  The first is the main one. */
struct column {
	const char *name;
	enum dtype dtype;
	size_t rank, shape[TENSOR_RANK_MAX];
	bool native; /* its rows are numbers of this machine; else they are
	                little endian already */
};

struct writer;

/*
 * Begin an item.  meta (copied) gets part, last, crc32; the caller has set
 * item, kind and the rest.  rows: how many will come, or WRITER_ROWS_UNKNOWN
 * (then npy to a pipe goes through a temporary file).  Columns are copied;
 * their names differ.
 * npy and raw write the main column only; raw may convert to raw_type.
 */
#define WRITER_ROWS_UNKNOWN ((size_t)-1)
struct writer *writer_begin(struct output *o, enum format f,
	const struct meta *meta, const struct column *col, size_t cols,
	size_t rows, struct err *e);

/* FORMAT_RAW only: convert the main column to this type.  Floats round and
 * saturate; an index that the type does not hold fails writer_rows. */
void writer_raw_type(struct writer *w, enum dtype t);

/* FORMAT_RECORD only: what each part has beside its columns.  add gets the part
 * with its data, the columns in order, and may append tensors (record_add);
 * their first axes are not rows.  add NULL: nothing. */
struct writer_extra {
	void (*add)(const void *arg, struct record *part);
	const void *arg; /* borrowed */
};
void writer_set_extra(struct writer *w, struct writer_extra x);

/* n more rows: data[i] points to column i's rows in its dtype. */
int writer_rows(
	struct writer *w, const void *const *data, size_t n, struct err *e);

/*
 * The last part; an item without rows gives one part of zero rows.  Frees w,
 * also on failure.  npy: other than the announced number of rows is an error.
 */
int writer_end(struct writer *w, struct err *e);

/*
 * The item failed.  If a part of it went out already, a last part says so
 * (`last` = `failed`); otherwise nothing is written.  npy and raw cannot say
 * so: -1 if rows of it went out.  Frees w; NULL allowed.
 */
int writer_fail(struct writer *w, struct err *e);

#endif
