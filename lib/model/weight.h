/*
 * weight.h - how much rows count in training: a tensor `w` [n] beside them.
 *
 * Weights are finite and not negative; a row of weight 0 is as if it were not
 * there, one of weight 2 as if it were there twice.  Without weights (NULL)
 * each row counts 1.
 */
#ifndef MODEL_WEIGHT_H
#define MODEL_WEIGHT_H

#include <stddef.h>

#include "model/source.h"
#include "util/rng.h"

/*
 * Of the n rows that the last source_read gave, the first of which is row
 * `row` of the item: w [n] for the caller to free, NULL where the item has no
 * weights or all are 1.  -1 where one is not a weight: the words name its row,
 * counted from 0; and where there are more or fewer than rows.
 */
int weight_read(
	const struct source *s, size_t n, size_t row, float **w, struct err *e);

/* sum[i] = w[0] + ... + w[i]; for the caller to free. */
double *weight_sums(const float *w, size_t n);

/* The least i with u < sum[i]; the last that counts where there is none. */
size_t weight_find(const double *sum, size_t n, double u);

/* i with a probability proportional to its weight; the last sum is above 0. */
size_t weight_draw(const double *sum, size_t n, struct rng *r);

/*
 * Row v of x [n, d] times sqrt(w_v n / sum w), from mem_floats: squares and
 * products summed over its rows are weighted ones, with a mean weight of 1.
 * NULL where w is: then x itself does.
 */
float *weight_rows(const float *x, const float *w, size_t n, size_t d);

/* Rows of x [n, d] drawn with repetition and a probability proportional to
 * their weights: for rules that know no weights.  y [n, d], from mem_floats. */
float *weight_redraw(
	const float *x, const float *w, size_t n, size_t d, struct rng *r);

/*
 * The numbers of k of n rows, drawn one after another without repetition, each
 * with a probability proportional to its weight among those left (Efraimidis
 * and Spirakis 2006: the largest of u^(1/w)); all weights are above 0.
 */
void weight_choose(
	const float *w, size_t n, size_t k, struct rng *r, size_t *row);

#endif
