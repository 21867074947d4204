/*
 * lap.h - the lapped part of the MDCT: orthogonal butterflies at block
 * boundaries, and the orthonormal DCT-IV as a matrix.
 *
 * A signal cut into blocks of hop samples (the last one filled with zeros) is
 * turned by sine-window butterflies at every inner boundary and by a DCT-IV in
 * every block; at the item's two outer edges there is no butterfly, so that t
 * samples give exactly ceil(t/hop) frames.  Both steps are orthonormal:
 * coefficient error = sample error.  (Malvar 1992; Princen and Bradley 1986.)
 * The DCT-IV itself is a product with lap_dct4's matrix by the caller, with
 * one accumulation order, so that tokens are the same on every machine.
 */
#ifndef MEDIA_LAP_H
#define MEDIA_LAP_H

#include <stddef.h>

/* basis is [hop, hop], symmetric and its own inverse:
 * sqrt(2/hop) cos(pi/hop (i+1/2)(j+1/2)), computed without libm. */
void lap_dct4(float *basis, size_t hop);

/* window is [hop/2]: the sine of the butterfly's angle for the sample at
 * distance i from the boundary, and the cosine. */
struct lap {
	size_t hop;
	float *sine, *cosine; /* [hop/2] */
};
void lap_init(struct lap *l, size_t hop);
void lap_free(struct lap *l);

/* Turn the boundary between two neighbouring blocks, in place. */
void lap_forward(const struct lap *l, float *left, float *right);
void lap_inverse(const struct lap *l, float *left, float *right);

#endif
