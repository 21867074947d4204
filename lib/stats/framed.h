/*
 * framed.h - power spectra of windowed frames of a clip in a temporary file.
 *
 * Samples go to an unlinked file, so that a clip of any length can be passed
 * over again.
 */
#ifndef STATS_FRAMED_H
#define STATS_FRAMED_H

#include <stddef.h>

#include "util/err.h"

struct framed;

/* Periodic Hann window of `window` samples; bins are those of the smallest fast even
 * transform that holds it. */
struct framed *framed_open(size_t channels, size_t window, struct err *e);
void framed_close(struct framed *f);

/* Size of the transform: bin i is at i * rate / size. */
size_t framed_size(const struct framed *f);

/* n more samples a channel, interleaved. */
int framed_add(struct framed *f, const float *x, size_t n, struct err *e);

/*
 * |X|^2 of bins first .. first+count-1 (below size/2 + 1) of one channel's
 * window that begins at `start`; zeros behind the end of the clip.
 */
int framed_power(struct framed *f, size_t start, size_t channel, size_t first,
	size_t count, double *power, struct err *e);

#endif
