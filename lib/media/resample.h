/*
 * resample.h - another sample rate, streaming, by libsamplerate.
 *
 * The result does not depend on how the input was cut into calls.
 */
#ifndef MEDIA_RESAMPLE_H
#define MEDIA_RESAMPLE_H

#include <stddef.h>

#include "util/err.h"

/* How many frames `frames` at rate `from` become at rate `to`:
 * ceil(frames * to / from). */
size_t resample_length(size_t frames, size_t from, size_t to);

struct resample;
struct resample *resample_open(
	size_t channels, size_t from, size_t to, struct err *e);

/*
 * Push n frames (last: no more will come); hands the new ones to sink, which
 * returns 0, or -1 to stop.  In total exactly
 * resample_length(all frames, from, to) come out.
 */
typedef int resample_sink(
	void *arg, const float *frames, size_t n, struct err *e);
int resample_push(struct resample *r, const float *in, size_t n, int last,
	resample_sink *sink, void *arg, struct err *e);
void resample_close(struct resample *r);

#endif
