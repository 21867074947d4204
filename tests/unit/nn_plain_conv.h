/*
 * nn_plain_conv.h - convolution and the network of it written out in double,
 * by the formulas of their headers.
 */
#ifndef NN_PLAIN_CONV_H
#define NN_PLAIN_CONV_H

#include "nn/convnet.h"
#include "nn_plain.h"

/* Token (row, col) of a grid at `in`, in channel c. */
HELP double
plain_conv_at(const struct conv *l, const struct params *p, const double *w,
	struct grid g, const double *in, size_t row, size_t col, size_t c)
{
	double sum = w[p->row[l->bias].at + c];

	for (size_t k = 0; k < l->kh * l->kw; k++) {
		long i = (long)(row + k / l->kw) - (long)(l->kh / 2);
		long j = (long)(col + k % l->kw) - (long)(l->kw / 2);

		if (i >= 0 && i < (long)g.h && j >= 0 && j < (long)g.w)
			sum += w[p->row[l->weight].at + k * l->d + c] *
				in[((size_t)i * g.w + (size_t)j) * l->d + c];
	}
	return sum;
}

HELP void
plain_conv(const struct conv *l, const struct params *p, const double *w,
	struct grid g, const double *x, double *y)
{
	for (size_t v = 0; v < grid_tokens(g); v++) {
		size_t of = v / (g.h * g.w), at = v % (g.h * g.w);

		for (size_t c = 0; c < l->d; c++)
			y[v * l->d + c] = plain_conv_at(l, p, w, g,
				x + of * g.h * g.w * l->d, at / g.w, at % g.w,
				c);
	}
}

/* In place: x becomes y. */
HELP void
plain_residual(const struct residual *b, const struct params *p,
	const double *w, struct grid g, double *x)
{
	size_t n = grid_tokens(g), d = b->conv.d;
	double *a = mem_alloc(n * d, sizeof(*a));
	double *h = mem_alloc(n * b->up.out, sizeof(*h));

	plain_conv(&b->conv, p, w, g, x, a);
	plain_norm(&b->norm, p, w, a, n, a);
	plain_dense(&b->up, p, w, a, n, h);
	for (size_t i = 0; i < n * b->up.out; i++)
		h[i] = plain_gelu(h[i]);
	plain_dense(&b->down, p, w, h, n, a);
	for (size_t i = 0; i < n * d; i++)
		x[i] += w[p->row[b->scale].at + i % d] * a[i];
	free(a);
	free(h);
}

/* The window of a tile's line t; 0 outside. */
HELP double
plain_window(size_t p, long t)
{
	double s = sin(acos(-1) * ((double)t + 0.5) / (2 * (double)p));

	return t < 0 || t >= 2 * (long)p ? 0 : s * s;
}

/* Of a picture of n tokens along an axis, the share that token i has of line
 * at: windows over their sum. */
HELP double
plain_share(size_t p, size_t n, size_t i, size_t at)
{
	double own = 0, all = 0;

	for (size_t k = 0; k < n; k++) {
		double w = plain_window(p, (long)(at + p / 2) - (long)(k * p));

		own = k == i ? w : own;
		all += w;
	}
	return own / all;
}

/* What the tile v of token (r, q) writes into the patch y of token (i, j). */
HELP void
plain_tile(struct grid g, size_t p, size_t c, const double *v, size_t r,
	size_t q, double *y, size_t i, size_t j)
{
	for (size_t o = 0; o < p * p * c; o++) {
		size_t row = i * p + o / (p * c), col = j * p + o / c % p;
		double a = plain_share(p, g.h, r, row);
		double b = plain_share(p, g.w, q, col);
		size_t t = row + p / 2 - r * p, s = col + p / 2 - q * p;

		if (a * b > 0)
			y[o] += a * b * v[(t * 2 * p + s) * c + o % c];
	}
}

/* y [n, p p c] from tiles v [n, 2p 2p c] (nn/blend.h). */
HELP void
plain_blend(struct grid g, size_t p, size_t c, const double *v, double *y)
{
	size_t n = g.h * g.w, out = p * p * c;

	memset(y, 0, grid_tokens(g) * out * sizeof(*y));
	for (size_t of = 0; of < g.count; of++)
		for (size_t at = 0; at < n * n; at++) {
			size_t from = at / n, to = at % n;

			plain_tile(g, p, c, v + (of * n + from) * 4 * out,
				from / g.w, from % g.w, y + (of * n + to) * out,
				to / g.w, to % g.w);
		}
}

/* y = V u, added up where patches overlap. */
HELP void
plain_last(const struct convnet *c, const struct params *p, const double *w,
	struct grid g, const double *u, double *y)
{
	size_t n = grid_tokens(g), side = c->shape.blend;
	double *v = mem_alloc(n * c->last.out, sizeof(*v));

	plain_dense(&c->last, p, w, u, n, v);
	if (side)
		plain_blend(g, side, c->shape.out / (side * side), v, y);
	else
		memcpy(y, v, n * c->shape.out * sizeof(*y));
	free(v);
}

/* y [n, out] is set. */
HELP void
plain_convnet(const struct convnet *c, const struct params *p, const double *w,
	struct grid g, const double *x, double *y)
{
	size_t n = grid_tokens(g);
	double *u = mem_alloc(n * c->shape.width, sizeof(*u));

	plain_dense(&c->first, p, w, x, n, u);
	for (size_t i = 0; i < c->shape.depth; i++)
		plain_residual(&c->block[i], p, w, g, u);
	plain_norm(&c->norm, p, w, u, n, u);
	plain_last(c, p, w, g, u, y);
	free(u);
}

#endif
