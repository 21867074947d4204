/*
 * spectral.h - log-spectral distance between two audio clips.
 *
 * DESIGN section 5: Hann window of 32 ms every 8 ms; mean over frames of the
 * root mean square over the bins of a band of 10 log10((X+f)/(Y+f)), X and Y
 * powers of reference and decoded, f = 1e-6 of the largest X of the clip in
 * the band; over the frames whose power in the band is within 40 dB of the
 * loudest, both of the reference; at the lag of the decoded clip, within
 * +-SPECTRAL_LAG_MS, where that is least (0 before others, nearer before
 * farther).
 *
 * Frames start at sample 0 and lie inside the clip (a clip shorter than one
 * frame is filled with zeros); a frame that a lag would push outside is left
 * out at that lag.  The transform is the smallest fast size that holds the
 * window.  Channels are frames beside each other; loudest and largest are of
 * the whole clip.
 *
 * Passes go over unlinked temporary files: memory is 12 bytes a
 * frame of 8 ms and channel.
 */
#ifndef STATS_SPECTRAL_H
#define STATS_SPECTRAL_H

#include <stddef.h>

#include "util/err.h"

#define SPECTRAL_LAG_MS 20

struct spectral_opts {
	size_t rate, channels;
	double low_hz, high_hz; /* both ends included */
};

struct spectral_result {
	double distance_db; /* NaN: silence, or no bin in the band */
	long lag;           /* samples that the decoded clip comes late */
	size_t frames;      /* over which it is a mean */
};

struct spectral;
struct spectral *spectral_open(struct spectral_opts o, struct err *e);
void spectral_close(struct spectral *s);

/* n more frames of both clips, interleaved channels. */
int spectral_add(struct spectral *s, const float *ref, const float *got,
	size_t n, struct err *e);

/* After the last one. */
int spectral_finish(
	struct spectral *s, struct spectral_result *r, struct err *e);

#endif
