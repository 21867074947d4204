#include <math.h>

#include "stats/distortion.h"

void
distortion_add(
	struct distortion *d, const float *ref, const float *got, size_t n)
{
	double error = 0, power = 0;

	for (size_t i = 0; i < n; i++) {
		double x = ref[i], diff = x - got[i];

		error += diff * diff;
		power += x * x;
	}
	d->error += error;
	d->power += power;
	d->n += n;
}

void
distortion_merge(struct distortion *d, const struct distortion *other)
{
	d->error += other->error;
	d->power += other->power;
	d->n += other->n;
}

double
distortion_mse(const struct distortion *d)
{
	return d->n ? d->error / (double)d->n : NAN;
}

double
distortion_psnr_db(const struct distortion *d)
{
	if (d->n && d->error == 0)
		return INFINITY;
	return -10 * log10(distortion_mse(d));
}

double
distortion_snr_db(const struct distortion *d)
{
	if (!d->n)
		return NAN;
	if (d->error == 0)
		return INFINITY;
	return d->power > 0 ? 10 * log10(d->power / d->error) : NAN;
}
