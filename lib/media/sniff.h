/*
 * sniff.h - what an input is, by its first bytes, never by its name.
 */
#ifndef MEDIA_SNIFF_H
#define MEDIA_SNIFF_H

#include "util/err.h"
#include "util/input.h"

enum media {
	MEDIA_EMPTY,  /* no bytes at all */
	MEDIA_IMAGE,  /* PNG */
	MEDIA_AUDIO,  /* something libsndfile may know */
	MEDIA_TENSOR, /* safetensors record, .npy or packed codes */
};

/*
 * -1 on a read error, and for what we know but do not read (JPEG, GIF, WebP,
 * PNM, PDF, gzip, MP4, ...): the message names the converter to use.  Bytes that
 * nobody knows are an error too: "not a PNG, audio or tensor file".
 */
int sniff_media(struct input *in, enum media *kind, struct err *e);

#endif
