/*
 * convnet.h - an isotropic residual network on a grid of tokens.
 *
 *     y = V LN(u_L),  u_0 = W_in x + b_in,  u_{i+1} = u_i + block_i(u_i)
 *
 * with the blocks of residual.h (ConvNeXt, isotropic; Liu et al. 2022, arXiv
 * 2201.03545, section 3.3).  Shapes: x is [n, in], u [n, width], y [n, out] on
 * a grid.  Forward has the same bits on any machine, for any pool and whatever
 * lies more than convnet_reach lines away; backward the same bits for any pool
 * on one machine.
 */
#ifndef NN_CONVNET_H
#define NN_CONVNET_H

#include <stdbool.h>

#include "nn/blend.h"
#include "nn/residual.h"

/* kh and kw are odd and at most CONV_MOST.  spectrum: x goes in as spectrum.h
 * sees it.  gain: what comes out are gain.h's numbers, which change all of y:
 * y = (y + a) e^b.  blend: not 0, the side of the patches that y is; what comes
 * out are tiles, added as blend.h does it.  Not with gain. */
struct convnet_shape {
	size_t in, width, depth, out, kh, kw;
	bool spectrum, gain;
	size_t blend;
};

struct convnet {
	struct convnet_shape shape;
	struct dense first;
	struct residual *block; /* [depth] */
	struct norm norm;
	struct dense last;
	struct blend blend;
};

/* Rows NAME.in.weight and .bias, NAME.blocks.<i>.* (residual.h), NAME.norm.*,
 * NAME.out.weight [out, width]. */
void convnet_add(struct convnet *c, struct params *p, enum param_group g,
	const char *name, struct convnet_shape s);

/* At random, as each layer does it; V zero: y is left as it is. */
void convnet_start(const struct convnet *c, struct params *p, struct rng *r);

/* Lay out p->w for forward: once before it, and again when the weights have
 * changed. */
void convnet_pack(struct convnet *c, const struct params *p);
void convnet_free(struct convnet *c);

/* Lines above and below that an output sees. */
size_t convnet_reach(const struct convnet *c);

/* The activations of one batch: what forward leaves for backward. */
struct convnet_work;
struct convnet_work *convnet_work_open(const struct convnet *c, struct grid g);
void convnet_work_close(struct convnet_work *w);

/* What the first map reads and the last one writes. */
size_t convnet_seen(const struct convnet_shape *s);
size_t convnet_written(const struct convnet_shape *s);

/* n rows, in the calling thread.  seen: [n, convnet_seen] of x, or x itself;
 * room is as large.  finish: what the last map wrote, v, to y [n, out]; v is
 * overwritten (with blend it is blend_row that does it, by lines). */
const float *convnet_see(
	const struct convnet *c, const float *x, size_t n, float *room);
void convnet_finish(const struct convnet *c, float *v, size_t n, float *y);

/* y [n, out] +=, or its gain. */
void convnet_forward(const struct convnet *c, const struct params *p,
	struct pool *pool, const float *x, struct convnet_work *w, float *y);

/* With gain, between forward and backward: dy, by y, becomes that of what y was
 * before forward, in place; without, it is as it was. */
void convnet_ungain(const struct convnet *c, struct pool *pool,
	struct convnet_work *w, float *dy);

/* Once after forward (and ungain), of the same x: p->g += ;  dx [n, in] += unless NULL,
 * as it has to be with spectrum. */
void convnet_backward(const struct convnet *c, struct params *p,
	struct pool *pool, const float *x, struct convnet_work *w,
	const float *dy, float *dx);

#endif
