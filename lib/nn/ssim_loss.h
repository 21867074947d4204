/*
 * ssim_loss.h - multi-scale structural similarity as a loss, with its gradient.
 *
 * Wang, Simoncelli and Bovik, 2003: with m_j the mean over window positions of
 * the contrast and structure of scale j, at the last scale times luminance,
 *
 *     1 - prod_j m_j^(beta_j),   beta 0.0448 0.2856 0.3001 0.2363 0.1333,
 *
 * of halves of halves (halve.h) as long as both sides keep 11 pixels, at most
 * five; beta is divided by the sum of those there are.  Windows, constants and
 * small images are as in stats/ssim.h (Gaussian of 11, sigma 1.5, only inside,
 * values of 0 to 1).  As that figure it goes by luma alone (BT.601), not by
 * colour or alpha: it wants l1 or l2 beside it.
 *
 * ln m below ln 0.05 goes on as a straight line, so that there is a gradient
 * whatever y is.
 */
#ifndef NN_SSIM_LOSS_H
#define NN_SSIM_LOSS_H

#include <stddef.h>

struct ssim_loss; /* of images [h, w, c], c 1 to 4: 2 and 4 have alpha */
struct ssim_loss *ssim_loss_open(size_t h, size_t w, size_t c);
void ssim_loss_close(struct ssim_loss *s);

/* x is the target, y the reconstruction.  dy += weight times the gradient by
 * y, unless NULL. */
double ssim_loss_run(struct ssim_loss *s, const float *x, const float *y,
	double weight, float *dy);

#endif
