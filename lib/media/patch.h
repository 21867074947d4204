/*
 * patch.h - an image band to patch vectors and back.
 *
 * A band is p rows of an image [p, w, c].  Its ceil(w/p) tokens are vectors of
 * p*p*c numbers in the order row, column, channel.  Columns beyond the right
 * edge repeat the last one.
 */
#ifndef MEDIA_PATCH_H
#define MEDIA_PATCH_H

#include <stddef.h>

/*
 * band is [rows, w, c] with 1 <= rows <= p; rows beyond repeat the last one.
 * x is [ceil(w/p), p*p*c].
 */
void patch_gather(
	const float *band, size_t rows, size_t w, size_t c, size_t p, float *x);

/* The inverse for the rows and columns that exist. */
void patch_scatter(
	const float *x, size_t rows, size_t w, size_t c, size_t p, float *band);

#endif
