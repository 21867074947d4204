/*
 * exp.h - e^x with the same bits on every machine.
 *
 * For what decides or accompanies a route: libm's exp differs between
 * versions in its last bit.  Sums and products of doubles only; the relative
 * error is below 4e-16.
 */
#ifndef KERNEL_EXP_H
#define KERNEL_EXP_H

#include <stddef.h>

/* 0 below -708, infinity above 709, NaN of NaN. */
double exp_of(double x);

/* y_j = e^(s_j - less) for n numbers, as exp_of gives it.  s_j - less is a
 * number, and at most 709. */
void exp_less(const float *s, size_t n, float less, double *y);

/* The same in single precision for n numbers, y may be x: a loop that
 * compilers make vectors of.  The relative error is below 1.2e-7; 0 below -87,
 * infinity above 88, NaN of NaN. */
void exp_floats(const float *x, size_t n, float *y);

#endif
