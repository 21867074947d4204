/*
 * spectra.h - windowed frames of a sound as spectra, and the gradient's way
 * back.
 *
 * A frame of `window` samples begins at every hop, from sample 0, as long as
 * it lies inside; a sound shorter than a window is one frame, zeros behind it.
 * Periodic Hann window; the transform (kissfft) is the smallest fast even size
 * that holds it, with bins 0 .. size/2.  Training only: single precision, and
 * libm's cosines.
 */
#ifndef NN_SPECTRA_H
#define NN_SPECTRA_H

#include <stddef.h>

#include <kiss_fftr.h>

struct spectra {
	size_t samples, window, size, hop, frames, bins;
	double energy; /* sum of the window's squares: E |X|^2 of white noise
	                  of power 1 */
	float *hann;   /* [window] */
	float *frame;  /* [size] */
	kiss_fftr_cfg there, back;
};
/* All of them >= 1. */
void spectra_init(struct spectra *s, size_t samples, size_t window, size_t hop);
void spectra_free(struct spectra *s);

/* x is [samples], out [frames, bins]. */
void spectra_run(struct spectra *s, const float *x, kiss_fft_cpx *out);

/*
 * From what a loss does with powers: dpower is [frames, bins], the gradient by
 * |out|^2; dx [samples] += the gradient by x.  out is overwritten.
 */
void spectra_backward(
	struct spectra *s, const float *dpower, kiss_fft_cpx *out, float *dx);

#endif
