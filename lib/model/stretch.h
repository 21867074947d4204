/*
 * stretch.h - a sound cut into stretches that know their neighbours.
 *
 * A stretch has `rows` samples of its own and half a hop of each neighbour's,
 * so that the butterflies at its ends can be done.  It is handed out as one
 * segment a channel.
 */
#ifndef MODEL_STRETCH_H
#define MODEL_STRETCH_H

#include "model/segment.h"
#include "model/source.h"

/* All-zero at the beginning of a sound. */
struct stretch {
	float *carry; /* [kept, channels]: read, but of the next stretch too */
	size_t kept, lead; /* lead: samples of them that belong to the left */
	size_t channel;    /* the next to hand out; 0: a stretch is complete */
	float *x;          /* [length, channels] */
	size_t length, left, right;
};

struct stretch_cut {
	size_t channels, rows, hop;
};

void stretch_free(struct stretch *p);

/* The next channel of the stretch, or the first of the next one: 1 and out
 * (the caller's to free), 0 at the end of the sound, -1 on error. */
int stretch_channel(struct stretch *p, struct source *s,
	const struct stretch_cut *cut, struct segment *out, struct err *e);

#endif
