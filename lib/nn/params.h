/*
 * params.h - one table of {name, shape} for weights, gradients, optimizer.
 *
 * Rows are added, then params_build makes one block each for weights,
 * gradients, Adam's two moments and the running average of the weights.
 */
#ifndef NN_PARAMS_H
#define NN_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/pool.h"

/* Which learning rate a row has; PARAM_FIXED does not learn. */
enum param_group {
	PARAM_NET,
	PARAM_QUANT,
	PARAM_ROUTER,
	PARAM_DEEP, /* layers behind a codebook's table */
	PARAM_FIXED,
	PARAM_GROUPS
};

struct param {
	char name[64];
	size_t rows, cols; /* a vector has one row */
	size_t at, size;   /* where in the block */
	enum param_group group;
	bool sparse;
	unsigned char *touched; /* sparse: [rows] 1 where g may not be zero */
};

struct params {
	struct param *row;
	size_t count, total;
	float *w, *g, *m, *v, *avg; /* [total] each */
};

/* Returns the row's index. */
size_t params_add(struct params *p, enum param_group group, const char *name,
	size_t rows, size_t cols);

/* Before params_build: a step's gradient is in few rows of table i, which
 * whoever writes it marks in row[i].touched; the others are not read. */
void params_sparse(struct params *p, size_t i);

void params_build(struct params *p);

/* For inference: only w, the other blocks stay NULL. */
void params_build_weights(struct params *p);

void params_free(struct params *p);

/* Row i's part of a block. */
float *params_in(const struct params *p, float *block, size_t i);

/* No row of a sparse table has a gradient any more. */
void params_untouch(struct params *p);

/* All gradients are zero, and no row has one. */
void params_drop_gradient(struct params *p);

/* The average starts as the weights. */
void params_start_average(struct params *p);

#endif
