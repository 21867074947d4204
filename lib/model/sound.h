/*
 * sound.h - frames of a sound at the rate asked for, pulled.
 *
 * Stands between something that gives frames at one rate and a reader that
 * wants another; with equal rates it passes frames on.
 */
#ifndef MODEL_SOUND_H
#define MODEL_SOUND_H

#include <stddef.h>

#include "util/err.h"

/* Up to n frames: fewer only at the end; -1 on error. */
typedef ptrdiff_t sound_pull(void *arg, float *out, size_t n, struct err *e);

struct sound;
struct sound *sound_open(size_t channels, size_t from, size_t to,
	sound_pull *pull, void *arg, struct err *e);
void sound_close(struct sound *s);

/* Up to n frames: fewer only at the end; -1 on error. */
ptrdiff_t sound_read(struct sound *s, float *out, size_t n, struct err *e);

#endif
