/*
 * route_noise.h - Gaussian noise on what a router sees.
 *
 *     x' = x + s |x| / sqrt(d) g,   g [d] normal,   s = 10^(-dB / 20)
 *
 * so that |x|^2 over the noise's |.|^2 is the signal-to-noise ratio of each
 * token, in expectation.  The noise of a row goes by seed and row number
 * alone, with the same bits on every machine: g is the sum of twelve uniform
 * numbers of 16 bits (variance 1; none beyond 6).
 */
#ifndef MODEL_ROUTE_NOISE_H
#define MODEL_ROUTE_NOISE_H

#include <stddef.h>
#include <stdint.h>

#define ROUTE_NOISE_DB 300.0 /* the most of either sign: beyond floats */

/* s for a ratio in dB. */
double route_noise_scale(double snr_db);

/* In place: x [n, d], the rows `row`, row + 1, ... of their item. */
void route_noise_add(float *x, size_t n, size_t d, double scale, uint64_t seed,
	uint64_t row);

#endif
