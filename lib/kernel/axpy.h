/*
 * axpy.h - y += a x, for the many short rows of training.
 *
 * x and y are [n] and do not overlap; a x is rounded before it is added.
 */
#ifndef KERNEL_AXPY_H
#define KERNEL_AXPY_H

#include <stddef.h>

void axpy(float a, const float *x, size_t n, float *y);

#endif
