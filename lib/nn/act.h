/*
 * act.h - what stands between the two layers of an expert.
 *
 *     relu   max(x, 0)
 *     gelu   x / 2 (1 + tanh(u)),  u = sqrt(2 / pi) (x + 0.044715 x^3)
 *            (Hendrycks and Gimpel 2016, arXiv 1606.08415, the tanh form)
 *
 * e^x is kernel/exp.h's: the same bits on any machine.  All in the calling
 * thread; n counts numbers.
 */
#ifndef NN_ACT_H
#define NN_ACT_H

#include <stddef.h>

enum act { ACT_RELU, ACT_GELU };

#define ACT_NAMES "relu|gelu"

/* The kind of a name, or -1. */
int act_find(const char *name);
const char *act_name(enum act a);

/* y may be x.  NaN stays NaN. */
void act_rows(enum act a, const float *x, size_t n, float *y);

/* dy times the slope at x, in place; x is what went in. */
void act_backward(enum act a, const float *x, size_t n, float *dy);

/* Both at once, which takes one e^x instead of two. */
void act_both(enum act a, const float *x, size_t n, float *y, float *dy);

#endif
