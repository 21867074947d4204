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
	plain_dense(&c->last, p, w, u, n, y);
	free(u);
}

#endif
