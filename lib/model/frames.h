/*
 * frames.h - one channel of sound to MDCT frames and back, streaming.
 *
 * t samples give exactly ceil(t/hop) frames of hop coefficients (lap.h).  A
 * frame needs the sample block behind it, so there is one block of delay.  The
 * butterflies run as samples come (lapper.h); the transform itself is a
 * row-wise product that callers make for many frames at once, in any batches:
 * the bits are the same for any split.  DCT-IV is its own inverse, so one
 * transform serves both ways.
 */
#ifndef MODEL_FRAMES_H
#define MODEL_FRAMES_H

#include <stddef.h>

#include "kernel/panel.h"
#include "media/lap.h"

/* What all channels of all sounds share; read only. */
struct frames {
	size_t hop;
	struct lap lap;
	struct panel basis; /* [hop, hop] */
};
void frames_init(struct frames *f, size_t hop);
void frames_free(struct frames *f);

/* x is n rows of hop numbers: lapped blocks to frames, or frames to lapped
 * blocks.  In the calling thread. */
void frames_transform(
	const struct frames *f, const float *x, size_t n, float *y);

#endif
