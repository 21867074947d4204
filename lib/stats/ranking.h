/*
 * ranking.h - the codes of one column by how often they came, most first.
 *
 * How uneven a codebook is in use.  Figures are NaN without tokens, or where
 * k is not known (0).
 */
#ifndef STATS_RANKING_H
#define STATS_RANKING_H

#include <stddef.h>
#include <stdint.h>

#include "stats/counts.h"

#define RANKING_POINTS 100

struct ranking {
	uint64_t *n; /* [used], falling; the other k - used have none */
	size_t used, k;
	uint64_t tokens;
};

/* A place on the curve of use: the code of that rank (1 .. k) came `count`
 * times, and it and those before it are `share` of the tokens. */
struct ranking_point {
	size_t rank;
	uint64_t count;
	double share;
};

/* k: codes there are; 0: not known.  Nothing of c is kept. */
void ranking_init(struct ranking *r, const struct counts *c, size_t k);
void ranking_free(struct ranking *r);

/* Codes hit, but less than a tenth of their even share: 0 < n < N / (10 k).
 * 0 where k is not known. */
size_t ranking_near_dead(const struct ranking *r);

/* Tokens from which on a code can be rare by chance no more: at 20 a code,
 * even use leaves one near dead with a chance of 20 e^-20 (Poisson). */
uint64_t ranking_enough(size_t k);

/*
 * Gini coefficient of the counts of all k codes: the mean difference of two
 * of them over twice their mean, sum over ranks of (k + 1 - 2 rank) n / (k N).
 * 0: all alike; (k - 1) / k: one code has all.
 */
double ranking_gini(const struct ranking *r);

/* Share of the tokens that the k / 100 most used codes have, rounded up. */
double ranking_top_share(const struct ranking *r);

/* The curve of use at ranks round(k^(i / 99)), each once, 1 and k among them.
 * Gives how many there are: 0 without tokens or k. */
size_t ranking_curve(
	const struct ranking *r, struct ranking_point p[RANKING_POINTS]);

#endif
