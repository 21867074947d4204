/*
 * moe_shape.h - what a part of a stream is as rows to learn from.
 *
 * Two sorts of rows, by the dtype of the main tensor: floats [n, columns], or
 * whole numbers, tokens [n, columns].  More axes are leading ones folded into
 * n; one axis is one column.  Beside them a target: whole numbers [n] are
 * classes, floats [n] or [n, o] are what to predict.  A target with the first
 * axis alone stands for all the rows below it.
 */
#ifndef MODEL_MOE_SHAPE_H
#define MODEL_MOE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensor/stream.h"
#include "util/err.h"

enum moe_shape_target { MOE_SHAPE_BARE, MOE_SHAPE_CLASS, MOE_SHAPE_REAL };

/* What is the same for all items. */
struct moe_shape {
	bool tokens;
	size_t columns;
	enum moe_shape_target target;
	size_t outputs; /* of a real target; else 0 */
};

/* The tensors of a part. */
struct moe_shape_part {
	const struct tensor *x, *y; /* y may be NULL */
	struct moe_shape is;
	size_t n;      /* rows */
	size_t repeat; /* rows that one target stands for */
};

/* Refuses an input of no bytes and, but for any, one that holds no tensors. */
int moe_shape_check_input(struct input *in, bool any, struct err *e);

/* y: the tensor that is learned, or NULL; named: the user chose the main
 * tensor, so it is rows whatever its name. */
int moe_shape_find(struct moe_shape_part *m, const struct part *p, bool named,
	const struct tensor *y, struct err *e);

/* All of t, whole numbers from 0 to most: the classes or tokens of so many
 * rows.  -1: the words name the row, the first being `from`. */
int moe_shape_whole(uint32_t *to, const struct tensor *t, uint32_t most,
	size_t from, size_t rows, struct err *e);

bool moe_shape_same(const struct moe_shape *a, const struct moe_shape *b);

/* "rows of 3 floats with targets of 2 floats"; returns buf. */
const char *moe_shape_describe(const struct moe_shape *s, char *buf, size_t n);

#endif
