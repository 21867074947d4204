/*
 * field_loss.h - the loss of decoded crops, in their pixels or samples.
 *
 * x (target) and y (decoded) are normalized vectors [count, h, w, dim] of
 * `count` crops; they become pixels (patches side by side) or samples (DCT-IV
 * and butterflies along h; w is 1).  The outer halves of a crop's first and
 * last frame hold what butterflies with frames outside would take away: they
 * are left out, unless there is only the one frame.
 *
 * The loss is the sum of weight times term, the mean over crops:
 *
 *   l2        |y - x|^2, the mean over tokens: the share of the variance
 *   l1        pixel_loss.h, over the standard deviation of a pixel or sample
 *   grad      pixel_loss.h, over the same
 *   ssim      ssim_loss.h
 *   stft, mel, logspec    sound_loss.h, against noise as loud as the data
 *
 * The standard deviation is transform.scale / sqrt(dim).  So a weight means the
 * same whatever the data's level.
 */
#ifndef MODEL_FIELD_LOSS_H
#define MODEL_FIELD_LOSS_H

#include "model/loss_weights.h"
#include "model/transform.h"
#include "nn/grid.h"
#include "util/pool.h"

struct field_loss;

/* Of images or sounds, and a term of theirs; t outlives it. */
struct field_loss *field_loss_open(
	const struct transform *t, const struct loss_weights *w);
void field_loss_close(struct field_loss *f);

/* dy is overwritten by the gradient by y; it may be NULL, but is not x or y.
 * The same bits for any pool; g may change from run to run. */
double field_loss_run(struct field_loss *f, struct pool *pool, const float *x,
	const float *y, struct grid g, float *dy);

#endif
