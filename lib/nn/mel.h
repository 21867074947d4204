/*
 * mel.h - powers of bins to powers of mel bands.
 *
 * Band b is a triangle over frequency, 0 at the centres of bands b-1 and b+1;
 * centres lie evenly in 2595 log10(1 + f/700) between 0 and rate/2 (both are
 * outside).  Weights of a band have the sum 1; one too narrow to hold a bin is
 * the nearest bin.
 */
#ifndef NN_MEL_H
#define NN_MEL_H

#include <stddef.h>

struct mel {
	size_t bands, bins;
	size_t *first, *count; /* [bands]: bins of each */
	float *weight;         /* [bands, bins]: those of the band in front */
};
/* size: of the transform; it has size/2 + 1 bins up to rate/2. */
void mel_init(struct mel *m, size_t bands, size_t size, size_t rate);
void mel_free(struct mel *m);

/* power is [bins], out [bands]. */
void mel_run(const struct mel *m, const float *power, float *out);

/* dpower [bins] is overwritten. */
void mel_backward(const struct mel *m, const float *dout, float *dpower);

#endif
