/*
 * contingency.h - how far two clusterings of the same tokens agree.
 *
 * The table is a struct joint of two columns: how many tokens have class a on
 * one side and b on the other.  Names of classes do not matter: two seeds that
 * number their experts differently may agree fully.  Both figures are 1 for
 * equal clusterings and 0 on average for independent ones of the same sizes.
 * Without tokens, and where the table was full, they are NaN.
 */
#ifndef STATS_CONTINGENCY_H
#define STATS_CONTINGENCY_H

#include "stats/joint.h"

/* Adjusted Rand index (Hubert and Arabie 1985). */
double contingency_rand(const struct joint *j);

/*
 * Adjusted mutual information, by the arithmetic mean of the entropies (Vinh,
 * Epps and Bailey 2010): (MI - E[MI]) / ((H(a) + H(b)) / 2 - E[MI]).
 * The expectation is summed over the hypergeometric distribution of each pair
 * of class sizes, from its mode outwards until terms no longer count.
 */
double contingency_mutual(const struct joint *j);

#endif
