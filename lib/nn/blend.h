/*
 * blend.h - patches that reach into their neighbours, added up by a window.
 *
 * A token has a patch [p, p, c] of the picture y, and writes a tile [2p, 2p, c]
 * with its patch in the middle (p / 2 before it in each direction, rounded
 * down), times the window sin^2(pi (t + 1/2) / (2 p)) of row and column t.
 * Windows of neighbours add up to 1, so there is no border where tokens meet.
 * Where there is no neighbour, the window is 1.  Rows are in the order row,
 * column, channel.  All in the calling thread, by fixed orders of summation.
 */
#ifndef NN_BLEND_H
#define NN_BLEND_H

#include <stddef.h>

#define BLEND_WIDER 4 /* numbers in a tile, of one in a patch */

struct blend {
	size_t p, c;
	float *window; /* [2p] */
};

void blend_init(struct blend *b, size_t p, size_t c);
void blend_free(struct blend *b);

/* Three rows of w tokens above one another; above and below may be NULL. */
struct blend_rows {
	const float *above, *here, *below;
	size_t w;
};

/* Floats of scratch for blend_row of w tokens. */
size_t blend_work(const struct blend *b, size_t w);

/* y [w, p, p, c] += what tiles v [w, 2p, 2p, c] write there. */
void blend_row(
	const struct blend *b, struct blend_rows v, float *work, float *y);

/* The gradient by the tiles, dv [w, 2p, 2p, c], from that by y. */
void blend_backward(const struct blend *b, struct blend_rows dy, float *dv);

#endif
