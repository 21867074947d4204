/*
 * moe_rows.h - the rows that experts learn from, all in memory.
 *
 * Text is an item of one column, a byte a row; all else is as moe_shape.h says.
 * All items must be alike: sort, columns, target.
 */
#ifndef MODEL_MOE_ROWS_H
#define MODEL_MOE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/moe_shape.h"
#include "model/moe_target.h"
#include "util/err.h"

#define MOE_ROWS_TOKEN_MAX ((uint32_t)1 << 24) /* tokens are below it */
#define MOE_ROWS_CLASS_MAX ((uint32_t)65535)   /* classes up to it */

struct moe_rows_opts {
	struct stream_opts stream; /* --raw, --tensor */
	bool text;                 /* inputs are bytes as they are */
	bool drop_nan;             /* leave out rows with NaN or infinity */
	const char *target;        /* name of the companion that is learned */
	const struct moe_target *beside; /* where there is none; or NULL */
	uint64_t most_bytes;             /* 0: half of the machine's memory */
};

struct moe_rows_item {
	char *name; /* escaped */
	size_t first, count;
};

/* All-zero is empty; what is read next is added. */
struct moe_rows {
	struct moe_shape is; /* of item[0] */
	size_t n;
	float *x;        /* [n, columns], or NULL */
	uint32_t *token; /* [n, columns], or NULL */
	uint32_t *class; /* [n], or NULL */
	float *real;     /* [n, outputs], or NULL */
	struct moe_rows_item *item;
	size_t items;
	size_t vocab, classes; /* the largest of each, plus 1 */
	char *tensors;         /* those of the first rows without a target */
	size_t errors;         /* items and inputs that failed, told */
	size_t room;           /* rows that fit */
	bool shaped;           /* is holds */
};

/*
 * All items of one input ("-" is stdin).  One that cannot be read is told with
 * say_error and counted; nothing of it stays.  -1: an item is unlike the ones
 * before (the words name both), or there is more than memory should hold.
 */
int moe_rows_read(struct moe_rows *r, const char *path,
	const struct moe_rows_opts *o, struct err *e);

void moe_rows_free(struct moe_rows *r);

/* Bytes of the rows there are. */
uint64_t moe_rows_bytes(const struct moe_rows *r);

#endif
