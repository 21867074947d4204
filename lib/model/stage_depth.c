#include "model/stage_depth.h"

/* Uniform in [0, 1), decided by the lowest bit first: where dropout is a half,
 * that bit alone. */
static double
low_bits(struct rng *r)
{
	uint64_t v = rng_u64(r);

	return (double)((v << 63 | v >> 1) >> 11) * 0x1p-53;
}

size_t
stage_depth(size_t stages, double dropout, struct rng *r)
{
	if (stages == 1 || !(low_bits(r) >= 1 - dropout))
		return stages;
	return 1 + rng_below(r, stages);
}
