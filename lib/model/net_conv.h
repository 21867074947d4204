/*
 * net_conv.h - the residual networks of net conv, h and h' (DESIGN section 4).
 *
 *     z = A x + U LN(h(x))       encoder.conv.*: in dim, out d
 *     x^ = B q + V LN(h'(q))     decoder.conv.*: in d, out dim
 *
 * or x^ = (B q + V LN(h'(q))) e^b with gain, where b is more of V's rows.
 * With blend V writes tiles of twice the patch's side, which overlap (nn/blend.h).
 * nn/convnet.h has the formulas; U and V are its last map.  Kernels are square
 * on images, and on sounds as long in time, each channel by itself.
 */
#ifndef MODEL_NET_CONV_H
#define MODEL_NET_CONV_H

#include "model/item_kind.h"
#include "nn/convnet.h"
#include "tensor/record.h"
#include "util/err.h"

struct net_conv_shape {
	size_t width;            /* numbers in a token, inside */
	size_t encoder, decoder; /* residual blocks */
	size_t kernel;           /* tokens on a side, odd */
	bool spectrum;           /* the encoder's, of convnet.h: sounds only */
	bool gain;               /* the decoder's */
	bool blend;              /* the decoder's: images only */
};

struct net_conv {
	struct net_conv_shape shape;
	struct convnet encoder, decoder;
	struct params ps; /* a model's weights; empty in training, whose
	                     params have them */
};

/* Add the rows of both to p, which is to be built.  patch: of the transform. */
void net_conv_add(struct net_conv *c, struct net_conv_shape s, struct params *p,
	enum param_group g, enum item_kind kind, size_t patch, size_t dim,
	size_t d);

/* Random inside, U = V = 0. */
void net_conv_start(const struct net_conv *c, struct params *p, struct rng *r);

/* Lay out the weights of p for forward, again when they have changed. */
void net_conv_pack(struct net_conv *c, const struct params *p);

void net_conv_free(struct net_conv *c);

/* The rows of p that are the networks' take their values from a model's. */
void net_conv_copy(const struct net_conv *c, struct params *p,
	const struct net_conv *from);

/* A model's, from its record: weights loaded and packed.  The message names
 * the key or tensor. */
int net_conv_load(struct net_conv *c, const struct record *r,
	enum item_kind kind, size_t patch, size_t dim, size_t d, struct err *e);

/* The keys of the shape. */
void net_conv_describe(const struct net_conv_shape *s, struct meta *m);

/* "E+D" or "D" (the encoder then has a third, at least one) blocks. */
int net_conv_depth(const char *text, struct net_conv_shape *s, struct err *e);

#endif
