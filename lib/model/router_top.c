#include "model/router_top.h"

#define LANES 16 /* maxima side by side */

/* The largest number first, then where it is: a loop that compilers make
 * vectors of and a short one. */
static uint32_t
largest(const float *score, size_t e)
{
	float most[LANES], best = score[0];
	size_t whole = e - e % LANES, at = 0;

	for (size_t i = 0; i < LANES; i++)
		most[i] = best;
	for (size_t j = 0; j < whole; j += LANES)
		for (size_t i = 0; i < LANES; i++)
			most[i] =
				score[j + i] > most[i] ? score[j + i] : most[i];
	for (size_t i = 0; i < LANES; i++)
		best = most[i] > best ? most[i] : best;
	for (size_t j = whole; j < e; j++)
		best = score[j] > best ? score[j] : best;
	while (score[at] < best)
		at++;
	return (uint32_t)at;
}

void
router_top(const float *score, size_t e, size_t t, uint32_t *idx)
{
	size_t have = 1;

	if (t == 1) {
		idx[0] = largest(score, e);
		return;
	}
	idx[0] = 0;
	for (size_t j = 1; j < e; j++) {
		size_t at = have;

		if (have == t && !(score[j] > score[idx[t - 1]]))
			continue;
		if (have < t)
			have++;
		else
			at = t - 1;
		for (; at > 0 && score[j] > score[idx[at - 1]]; at--)
			idx[at] = idx[at - 1];
		idx[at] = (uint32_t)j;
	}
}
