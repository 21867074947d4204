/*
 * spectrum.h - what a network sees of MDCT frames: levels beside signs.
 *
 * A coefficient swings with the phase of its partial; its level is steadier in
 *
 *     S_k = v_k^2 + (v_{k+1} - v_{k-1})^2,   v = sqrt(dim) x
 *
 * the pseudo-spectrum (Daudet and Sandler 2004, "MDCT analysis of sinusoids",
 * IEEE Trans. Speech and Audio Processing 12(3)), with zeros beside the frame.
 * A row x [dim] is seen as y [2 dim]:
 *
 *     v_k / sqrt(|v_k| + 1/100)  and behind all of these  (S_k + 1e-6)^(1/4)
 *
 * both of about the square root of a level, so that 60 dB are 1 to 30.  Sums,
 * products, roots and quotients alone: the same bits on every machine.
 */
#ifndef NN_SPECTRUM_H
#define NN_SPECTRUM_H

#include <stddef.h>

#define SPECTRUM_WIDER 2 /* numbers seen, of one */

/* x is [n, dim], y [n, 2 dim]. */
void spectrum_rows(const float *x, size_t n, size_t dim, float *y);

#endif
