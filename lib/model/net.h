/*
 * net.h - what stands between the vectors and the quantizer.
 *
 *     none      z = x        x^ = q
 *     linear    z = A x      x^ = B q      A [d, dim], B [dim, d]
 *
 * Both ways by row-wise products (panel.h): tokens and decoded samples have
 * the same bits on every machine and for any split.
 */
#ifndef MODEL_NET_H
#define MODEL_NET_H

#include <stddef.h>

#include "kernel/panel.h"

enum net_type { NET_NONE, NET_LINEAR };

struct net {
	enum net_type type;
	size_t dim, d; /* d = dim for none */
	float *a, *b;  /* NULL for none */
	struct panel encoder, decoder;
};

const char *net_name(enum net_type t);
int net_find(const char *name);

/* a is [d, dim], b [dim, d], both copied; NULL for none. */
void net_init(struct net *n, enum net_type type, size_t dim, size_t d,
	const float *a, const float *b);
void net_free(struct net *n);

/* In the calling thread: x [rows, dim], z [rows, d]. */
void net_encode(const struct net *n, const float *x, size_t rows, float *z);
void net_decode(const struct net *n, const float *z, size_t rows, float *x);

#endif
