#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "report/figures.h"
#include "report/rates.h"

static bool
is_media(const struct meta *m, const char *media)
{
	const char *is = meta_get(m, "media");

	return !is || strcmp(is, media) == 0;
}

static double
whole_parts(double seconds)
{
	return ldexp(rint(ldexp(seconds, 24)), -24);
}

void
rates_join(struct rates *r, const struct rates *other)
{
	r->pixels += other->pixels;
	r->of_pixels += other->of_pixels;
	r->seconds += other->seconds;
	r->of_seconds += other->of_seconds;
}

void
rates_add(struct rates *r, const struct meta *m, double amount)
{
	size_t height, width, frames, rate;

	if (is_media(m, "image") && meta_size(m, "height", &height) == 1 &&
		meta_size(m, "width", &width) == 1) {
		r->pixels += (double)height * (double)width;
		r->of_pixels += amount;
	}
	if (is_media(m, "audio") && meta_size(m, "frames", &frames) == 1 &&
		meta_size(m, "sample_rate", &rate) == 1 && rate) {
		r->seconds += whole_parts((double)frames / (double)rate);
		r->of_seconds += amount;
	}
}

void
rates_set(json_t *o, const struct rates *r, double bits)
{
	figures_real(o, "bits_per_pixel",
		r->pixels > 0 ? bits * r->of_pixels / r->pixels : NAN);
	figures_real(o, "bits_per_second",
		r->seconds > 0 ? bits * r->of_seconds / r->seconds : NAN);
}

void
rates_set_coded(json_t *o, const struct rates *r)
{
	if (r->pixels > 0)
		figures_real(
			o, "coded_bits_per_pixel", r->of_pixels / r->pixels);
	if (r->seconds > 0)
		figures_real(
			o, "coded_bits_per_second", r->of_seconds / r->seconds);
}
