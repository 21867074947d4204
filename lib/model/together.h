/*
 * together.h - what all stages of a group are asked to quantize, one below the
 * other: what a codebook that they share starts from.
 */
#ifndef MODEL_TOGETHER_H
#define MODEL_TOGETHER_H

#include "quant/quantizer.h"

struct together {
	float *part; /* [count, width of the group] */
	size_t count, apart, groups;
};

/*
 * One for each group, for stages of n vectors.  They take all vectors, or, where
 * those of all stages would be more than n and 65,536, one of `apart` of each
 * stage; at least n in all.
 */
struct together *together_open(const struct quantizer *q, size_t n);
void together_close(struct together *j, size_t groups); /* takes NULL */

/* A column's part [n, w]; nothing where j is NULL. */
void together_add(struct together *j, size_t column, const float *part,
	size_t n, size_t w);

#endif
