#include "model/router_top.h"

static uint32_t
largest(const float *score, size_t e)
{
	size_t best = 0;

	for (size_t j = 1; j < e; j++)
		if (score[j] > score[best])
			best = j;
	return (uint32_t)best;
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
