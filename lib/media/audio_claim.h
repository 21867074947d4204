/*
 * audio_claim.h - how many bytes of sound a container says it holds.
 *
 * libsndfile silently takes what is there when a file is cut short.  This
 * reads the size field itself, so that a truncated file can be told from one
 * that a pipe wrote: writers that cannot seek leave a placeholder there.
 * Knows WAV, RIFX, RF64, W64, AIFF, AIFC, CAF and AU.
 */
#ifndef MEDIA_AUDIO_CLAIM_H
#define MEDIA_AUDIO_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/input.h"

struct audio_claim {
	bool known;   /* false: other format, no such chunk, or a placeholder */
	bool missing; /* the file ends where the sound should begin */
	uint64_t bytes; /* that the header says */
	uint64_t there; /* from the start of the sound to the file's end */
	uint64_t unset; /* offset of a 4-byte size left 0 by mistake, or 0 */
};

/* -1 only on a read error. */
int audio_claim_read(
	const struct input_region *r, struct audio_claim *claim, struct err *e);

#endif
