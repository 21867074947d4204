/*
 * exp.h - e^x with the same bits on every machine.
 *
 * For what decides or accompanies a route: libm's exp differs between
 * versions in its last bit.  Sums and products of doubles only; the relative
 * error is below 4e-16.
 */
#ifndef KERNEL_EXP_H
#define KERNEL_EXP_H

/* 0 below -708, infinity above 709, NaN of NaN. */
double exp_of(double x);

#endif
