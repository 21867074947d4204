/*
 * embed.h - a row of tokens as the sum of one table row a position.
 *
 *     y[v] = bias + sum_j table[j * vocab + token[v * positions + j]]
 *
 * Shapes: token is [n, positions], below vocab; table [positions * vocab, d];
 * y [n, d].  EMBED_NONE is a token before the beginning: it adds nothing.
 * Sums are in the order of positions: a row has the same bits in any batch.
 */
#ifndef NN_EMBED_H
#define NN_EMBED_H

#include <stddef.h>
#include <stdint.h>

#include "nn/params.h"
#include "util/pool.h"
#include "util/rng.h"

#define EMBED_NONE UINT32_MAX

struct embed {
	size_t positions, vocab, d;
	size_t table, bias; /* rows of the params */
};

/* Add rows "NAME.embedding.weight" (sparse) and "NAME.bias". */
void embed_add(struct embed *l, struct params *p, const char *name,
	size_t positions, size_t vocab, size_t d);

/* Normal numbers whose sum over positions has variance 1; bias 0. */
void embed_random(const struct embed *l, struct params *p, struct rng *r);

/* Forward by p->w: in the calling thread, and on a pool. */
void embed_rows(const struct embed *l, const struct params *p,
	const uint32_t *token, size_t n, float *y);
void embed_forward(const struct embed *l, const struct params *p,
	struct pool *pool, const uint32_t *token, size_t n, float *y);

/* Adds to p->g and marks the table's rows that it touched.  The same bits for
 * any pool: each sum goes through the rows in order. */
void embed_backward(const struct embed *l, struct params *p, struct pool *pool,
	const uint32_t *token, const float *dy, size_t n);

#endif
