/*
 * pixel_loss.h - distances between two images, number by number, and of their
 * edges; with gradients.
 *
 * x is the target and y the reconstruction.  Each function returns the term
 * and, unless dy is NULL, adds weight times its gradient by y to dy.
 */
#ifndef NN_PIXEL_LOSS_H
#define NN_PIXEL_LOSS_H

#include <stddef.h>

/* The mean of |y - x| over n >= 1 numbers (of any kind). */
double pixel_loss_l1(
	const float *x, const float *y, size_t n, double weight, float *dy);

/*
 * Gradient difference loss (Mathieu, Couprie and LeCun 2016, arXiv 1511.05440,
 * equation 6, alpha = 1, signed): with e = y - x, [h, w, c],
 *
 *     (mean |e[r, i+1] - e[r, i]| + mean |e[r+1, i] - e[r, i]|) / 2,
 *
 * the mean over e and its halves and quarters (halve.h) as far as a side has
 * 2 pixels; a direction of one pixel counts 0.
 * work is [pixel_loss_edges_work(h, w, c)].
 */
size_t pixel_loss_edges_work(size_t h, size_t w, size_t c);
double pixel_loss_edges(const float *x, const float *y, size_t h, size_t w,
	size_t c, double weight, float *work, float *dy);

#endif
