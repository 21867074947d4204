/*
 * distortion.h - squared error between what was and what came back.
 *
 * All-zero is empty.  Sums are double; values are of images 0..1, of audio
 * -1..1, or of vectors.
 */
#ifndef STATS_DISTORTION_H
#define STATS_DISTORTION_H

#include <stddef.h>
#include <stdint.h>

struct distortion {
	double error; /* sum of squared differences */
	double power; /* sum of squares of the reference */
	uint64_t n;
};

void distortion_add(
	struct distortion *d, const float *ref, const float *got, size_t n);
void distortion_merge(struct distortion *d, const struct distortion *other);

/* error / n; NaN for nothing. */
double distortion_mse(const struct distortion *d);

/* 10 log10(1 / mse), of values 0..1; infinite when equal. */
double distortion_psnr_db(const struct distortion *d);

/* 10 log10(power / error); infinite when equal, NaN where only the reference
 * is all zero. */
double distortion_snr_db(const struct distortion *d);

#endif
