/*
 * product.h - row-wise products with one order of summation.
 *
 * y[v] = W x[v] (+ bias), x is [n, d], W [rows, d], y [n, rows]: the chain of
 * panel.h.  For everything that decides a token; training uses sgemm.h.
 */
#ifndef KERNEL_PRODUCT_H
#define KERNEL_PRODUCT_H

#include "kernel/panel.h"
#include "util/pool.h"

/* In the calling thread. */
void product_rows(const struct panel *w, const float *x, size_t n, float *y);

/* y [n, rows] += what W gives of the columns of x [d, n]: with W the turned
 * [d, rows], x^T times that; for gradients. */
void product_columns(const struct panel *w, const float *x, size_t n, float *y);

/* On a pool, by fixed chunks of rows. */
void product_rows_all(const struct panel *w, struct pool *pool, const float *x,
	size_t n, float *y);

#endif
