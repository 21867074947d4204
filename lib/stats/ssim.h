/*
 * ssim.h - structural similarity of two gray images, row by row.
 *
 * Wang, Bovik, Sheikh and Simoncelli, 2004: Gaussian window 11 x 11, sigma
 * 1.5, K1 = 0.01, K2 = 0.03, L = 1, population variances; the mean over the
 * positions where the window lies inside the image (no padding).  In an image
 * with a side below 11 the window is as long as that side, centred on it, so
 * that every size has a figure.
 *
 * Memory: 11 rows, whatever the height.
 */
#ifndef STATS_SSIM_H
#define STATS_SSIM_H

#include <stddef.h>

struct ssim;

/* width and height >= 1. */
struct ssim *ssim_open(size_t width, size_t height);

/* The next row of both images, top down: a and b are [width]. */
void ssim_row(struct ssim *s, const float *a, const float *b);

/* After height rows. */
double ssim_mean(const struct ssim *s);
void ssim_close(struct ssim *s);

#endif
