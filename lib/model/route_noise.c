#include <math.h>

#include "kernel/exp.h"
#include "model/route_noise.h"
#include "util/rng.h"

#define LN_10 2.302585092994045684
#define LANES 8 /* sums side by side, added in order */

double
route_noise_scale(double snr_db)
{
	return exp_of(-snr_db * (LN_10 / 20));
}

static double
norm(const float *x, size_t d)
{
	double sum[LANES] = { 0 };

	for (size_t i = 0; i < d; i++)
		sum[i % LANES] += (double)x[i] * (double)x[i];
	for (size_t i = 1; i < LANES; i++)
		sum[0] += sum[i];
	return sqrt(sum[0]);
}

/* Four uniform numbers from 0 to 2^16 - 1. */
static int32_t
add_four(uint64_t u)
{
	uint64_t two =
		(u & 0x0000ffff0000ffffu) + (u >> 16 & 0x0000ffff0000ffffu);

	return (int32_t)((two & 0xffffffffu) + (two >> 32));
}

/* Each has the mean (2^16 - 1) / 2 and the variance (2^32 - 1) / 12. */
static double
normal(struct rng *g)
{
	int32_t sum = add_four(rng_u64(g));

	sum += add_four(rng_u64(g));
	sum += add_four(rng_u64(g));
	return (sum - 6 * 65535) / 65536.0;
}

void
route_noise_add(
	float *x, size_t n, size_t d, double scale, uint64_t seed, uint64_t row)
{
	for (size_t v = 0; v < n; v++, x += d) {
		double size = scale * norm(x, d) / sqrt((double)d);
		struct rng g;

		rng_seed(&g, seed, row + v);
		for (size_t i = 0; i < d; i++)
			x[i] = (float)((double)x[i] + size * normal(&g));
	}
}
