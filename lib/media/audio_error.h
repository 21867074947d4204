/*
 * audio_error.h - libsndfile's errors in our words.
 */
#ifndef MEDIA_AUDIO_ERROR_H
#define MEDIA_AUDIO_ERROR_H

#include <sndfile.h>

#include "util/err.h"

/* "what: why"; sf NULL is the last failed open.  Returns -1. */
int audio_error(SNDFILE *sf, const char *what, struct err *e);

#endif
