/*
 * net.h - what stands between the vectors and the quantizer.
 *
 *     none      z = x        x^ = q
 *     linear    z = A x      x^ = B q      A [d, dim], B [dim, d]
 *     conv      the same, and what net_conv.h adds, which sees neighbours
 *
 * Both ways by row-wise products (panel.h): tokens and decoded samples have
 * the same bits on every machine and for any split.
 */
#ifndef MODEL_NET_H
#define MODEL_NET_H

#include <stddef.h>

#include "kernel/panel.h"
#include "model/net_conv.h"
#include "nn/grid.h"

enum net_type { NET_NONE, NET_LINEAR, NET_CONV };

#define NET_NAMES "none|linear|conv"

struct net {
	enum net_type type;
	size_t dim, d; /* d = dim for none */
	float *a, *b;  /* NULL for none */
	struct panel encoder, decoder;
	struct net_conv *conv; /* NULL but for conv */
};

const char *net_name(enum net_type t);
int net_find(const char *name);

/* a is [d, dim], b [dim, d], both copied; NULL for none.  conv is left NULL:
 * the caller gives it one of net_conv_load's, which is freed with the net. */
void net_init(struct net *n, enum net_type type, size_t dim, size_t d,
	const float *a, const float *b);
void net_free(struct net *n);

/* In the calling thread: x [rows, dim], z [rows, d].  Not for conv. */
void net_encode(const struct net *n, const float *x, size_t rows, float *z);
void net_decode(const struct net *n, const float *z, size_t rows, float *x);

/* Whole grids of g: every net.  Bits are those of net_stream.h. */
void net_encode_grid(const struct net *n, struct pool *pool, const float *x,
	struct grid g, float *z);
void net_decode_grid(const struct net *n, struct pool *pool, const float *z,
	struct grid g, float *x);

/* y = M x, and what c, whose weights are in p, adds to it; c may be NULL. */
void net_map_grid(const struct panel *map, const struct convnet *c,
	const struct params *p, struct pool *pool, const float *x,
	struct grid g, float *y);

#endif
