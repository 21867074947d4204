/*
 * rank.h - how many directions a table really uses.
 *
 * The effective rank is exp(H(s / sum s)), s the singular values and H the
 * entropy in nats (Roy and Vetterli 2007): d where all directions are alike, 1
 * where one has everything.
 */
#ifndef STATS_RANK_H
#define STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>

/* Larger ones of min(n, d) would take minutes. */
#define RANK_MOST ((size_t)4096)

/*
 * x is [n, d]; centred: each column less its mean.  Gives the effective rank,
 * 1 where x is nothing but zeros, and NaN where min(n, d) is above RANK_MOST
 * or no eigenvalues were found.  share, if not NULL, is [min(n, d)] and takes
 * s_i^2 / sum s^2, the largest first: the parts of the variance.
 */
double rank_effective(
	const float *x, size_t n, size_t d, bool centred, double *share);

#endif
