/*
 * halve.h - images of half the size: means of 2 x 2 pixels.
 *
 * x is [h, w, c], the half [h/2, w/2, c]; an odd last row or column is left
 * out.
 */
#ifndef NN_HALVE_H
#define NN_HALVE_H

#include <stddef.h>

void halve(const float *x, size_t h, size_t w, size_t c, float *half);

/* dx += the gradient, from that of the half. */
void halve_backward(
	const float *dhalf, size_t h, size_t w, size_t c, float *dx);

#endif
