/*
 * quality.h - distortion figures of compared items, and their means.
 */
#ifndef REPORT_QUALITY_H
#define REPORT_QUALITY_H

#include <stddef.h>

#include <jansson.h>

#include "report/compare.h"

/* mse and, by kind, psnr_db and ssim; snr_db and log_spectral_distance_db
 * with lag_samples; snr_db. */
void quality_set(json_t *o, const struct compare_result *r);

/* Sums over items; a figure that an item does not have is left out of its
 * mean.  All-zero is empty. */
struct quality {
	struct quality_mean {
		double sum;
		size_t n;
	} mse, psnr, ssim, snr, distance;
	struct distortion images; /* all samples of all images */
	size_t items;
};
void quality_add(struct quality *q, const struct compare_result *r);

/* compared (items), the means, and pooled_psnr_db of the error of all images'
 * samples together.  Only figures that some kind of item here has. */
void quality_report(json_t *o, const struct quality *q);

#endif
