/*
 * sound_loss.h - losses between the spectra of two sounds, with gradients.
 *
 * x is the target, y the reconstruction, both [samples].  Each function returns
 * the term and, unless dy is NULL, adds weight times its gradient by y to dy.
 *
 * Logarithms are of power + floor: 1e-6 of the largest power of a bin of x, or,
 * where that is more, of what white noise as loud as `power` has there.  So
 * silence has finite gradients, and a quiet piece is not taken for a loud one.
 *
 * stft: multi-resolution (Yamamoto, Song and Kim 2020, arXiv 1910.11480,
 * equations 4 to 6): windows of 8, 32 and 128 ms every half window, the mean
 * over these of spectral convergence |A - B| / |A| (A, B magnitudes of x and y
 * as one vector; |A| is at least a tenth of that noise's) and the mean of
 * |ln A - ln B|.
 * mel: the mean of |ln M(x) - ln M(y)| / 2 over 80 bands of 0 to rate/2 in
 * windows of 64 ms every 32 ms; M are powers under triangles of equal width in
 * 2595 log10(1 + f/700), of sum 1 (HiFi-GAN, arXiv 2010.05646, has mels so).
 * logspec: inside of the distance that models are judged by (stats/spectral.h):
 * windows of 32 ms every 8 ms, the mean over the bins of 0 to 4 kHz of
 * (log10 Px - log10 Py)^2; that is dB^2 / 100.  Frames of x more than 40 dB
 * below the loudest, or the noise, count 0.
 */
#ifndef NN_SOUND_LOSS_H
#define NN_SOUND_LOSS_H

#include <stdbool.h>
#include <stddef.h>

struct sound_loss_opts {
	size_t samples, rate;    /* of a piece; in Hz */
	double power;            /* E x^2 over all data; above 0 */
	bool stft, mel, logspec; /* which will be asked for */
};

struct sound_loss; /* not for two threads at a time */
struct sound_loss *sound_loss_open(struct sound_loss_opts o);
void sound_loss_close(struct sound_loss *s);

double sound_loss_stft(struct sound_loss *s, const float *x, const float *y,
	double weight, float *dy);
double sound_loss_mel(struct sound_loss *s, const float *x, const float *y,
	double weight, float *dy);
double sound_loss_logspec(struct sound_loss *s, const float *x, const float *y,
	double weight, float *dy);

#endif
