/*
 * gain.h - numbers and the logarithms of their gains.
 *
 *     y = (y + a) e^b
 *
 * A linear map of normalized activations has one size; a sound has 60 dB
 * between its loud coefficients and its soft ones, and b covers them.  A row g
 * [2 out] is a [out], then b [out]; b is held within +-GAIN_MOST, behind which
 * its gradient is that of the bound.  e^x is kernel/exp.h's: the same bits on
 * every machine.  All in the calling thread.
 */
#ifndef NN_GAIN_H
#define NN_GAIN_H

#include <stddef.h>

#define GAIN_WIDER 2 /* numbers in a row of g, of one in y */
#define GAIN_MOST 12

/* y [n, out], in place; g [n, 2 out] becomes y and e^b, for backward. */
void gain_rows(float *g, size_t n, size_t out, float *y);

/* g as gain_rows left it becomes the gradients of a and b from dy, that of the
 * result; dy becomes that of what was y before. */
void gain_backward(float *g, size_t n, size_t out, float *dy);

#endif
