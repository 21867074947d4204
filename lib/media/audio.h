/*
 * audio.h - audio in and out, by libsndfile.
 *
 * Samples are floats, full scale -1..1, interleaved.  libsndfile needs
 * seeking: a pipe is spooled to an unlinked temporary file.
 */
#ifndef MEDIA_AUDIO_H
#define MEDIA_AUDIO_H

#include <stddef.h>

#include "media/limit.h"
#include "util/err.h"
#include "util/input.h"
#include "util/output.h"

struct audio_info {
	size_t frames, channels, sample_rate;
	size_t bit_depth; /* 8, 16, 24, 32 (float); 16 for lossy formats */
};

/*
 * 1 to 64 channels; no frames at all is legal.  A file whose header promises
 * more than it holds is refused here, or by audio_in_read where only decoding
 * can tell.  So is one of more samples than the limit.
 */
struct audio_in;
struct audio_in *audio_in_open(struct input *in, const struct limit *most,
	struct audio_info *info, struct err *e);
/* Up to n frames; returns how many, 0 at the end, -1 on error.  A file that
 * ends before info.frames is an error. */
ptrdiff_t audio_in_read(
	struct audio_in *a, float *out, size_t n, struct err *e);
void audio_in_close(struct audio_in *a);

enum audio_format { AUDIO_WAV, AUDIO_FLAC };

/*
 * info.frames is how many will be written; SIZE_MAX if that is not known yet.
 * WAV above 4 GiB becomes RF64.  A pipe is written through a temporary file.
 * WAV stores 16 bits (bit_depth up to 16), 24, or floats (above); FLAC 16 or
 * 24.
 */
struct audio_out;
struct audio_out *audio_out_open(struct output *o, enum audio_format f,
	struct audio_info info, struct err *e);
/* Clamped to -1..1 and rounded where the format stores integers. */
int audio_out_write(
	struct audio_out *a, const float *in, size_t n, struct err *e);
/* Frees a, also on failure. */
int audio_out_close(struct audio_out *a, struct err *e);
void audio_out_abort(struct audio_out *a);

#endif
