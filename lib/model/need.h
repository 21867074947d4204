/*
 * need.h - what a model file must hold; the message names it where it does not.
 */
#ifndef MODEL_NEED_H
#define MODEL_NEED_H

#include <stddef.h>

#include "tensor/record.h"
#include "util/err.h"

/* The tensor of rows * cols finite numbers, a matrix of that shape or a vector,
 * as floats (to be freed); NULL and the reason. */
float *need_floats(const struct record *r, const char *name, size_t rows,
	size_t cols, struct err *e);

/* A metadata key that is a number from min to max. */
int need_size(const struct meta *m, const char *key, size_t min, size_t max,
	size_t *out, struct err *e);

/* One that is a name which find knows: below 0 is unknown. */
int need_name(const struct meta *m, const char *key, int (*find)(const char *),
	int *out, struct err *e);

#endif
