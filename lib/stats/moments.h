/*
 * moments.h - what can be said of vectors in passing: how many, mean, spread.
 */
#ifndef STATS_MOMENTS_H
#define STATS_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

/* All-zero is empty, once d is set. */
struct moments {
	size_t d;
	uint64_t n;
	double *sum;  /* [d] */
	double power; /* sum of squares of all elements */
};

void moments_free(struct moments *m);

/* x is [n, d]. */
void moments_add(struct moments *m, const float *x, size_t n);

/* Mean of |x|^2; NaN without vectors. */
double moments_mean_square(const struct moments *m);

/* Mean of |x - mean|^2: what quantizing to one code would cost. */
double moments_variance(const struct moments *m);

#endif
