/*
 * limit.h - how large an image or a sound may be.
 *
 * A few bytes of PNG or FLAC can stand for billions of samples: reading them
 * takes no memory, but time, and what is made of them room.  Who reads files
 * of strangers sets a limit; 0 is none.
 */
#ifndef MEDIA_LIMIT_H
#define MEDIA_LIMIT_H

#include <stddef.h>

#include "util/err.h"

struct limit {
	size_t pixels;  /* of an image, width x height */
	size_t samples; /* of a sound, in one channel */
};

/* 15,800 pixels on a side; a day at 48 kHz.  Both fit 32 bits. */
#define LIMIT_INIT \
	{ \
		.pixels = 250000000, .samples = 4200000000 \
	}

/* The rows of a command's options (util/opt.h). */
#define LIMIT_ROWS(l) \
	{ 0, "max-pixels", "N", "refuse images of more pixels, 0: any", \
		.num = &(l)->pixels }, \
	{ \
		0, "max-samples", "N", \
			"refuse sounds of more samples a channel, 0: any", \
			.num = &(l)->samples \
	}

/* -1: it is larger, with words that say how large, the limit and its option. */
int limit_image(
	const struct limit *l, size_t width, size_t height, struct err *e);
int limit_audio(const struct limit *l, size_t frames, struct err *e);

#endif
