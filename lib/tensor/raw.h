/*
 * raw.h - headerless rows, as SPTK, sox and codec2 pipe them.
 */
#ifndef TENSOR_RAW_H
#define TENSOR_RAW_H

#include <stdbool.h>
#include <stddef.h>

#include "tensor/record.h"
#include "util/err.h"
#include "util/input.h"

/* Headerless rows: columns elements of a type each; columns 0: no raw. */
struct raw_format {
	enum dtype dtype;
	size_t columns;
};

/* "f32:16" -> {DT_F32, 16}; types f32, f64, s16, u8 (and u16, u32 for codes). */
int raw_format_parse(const char *text, struct raw_format *f, struct err *e);

/*
 * The next part of the rows in `in` as tensor `x` [rows, columns] of r (which
 * is empty); *last if the input ends there.  Bytes that are no whole row are
 * an error that says how many.
 */
int raw_next(struct input *in, const struct raw_format *f, struct record *r,
	bool *last, struct err *e);

#endif
