/*
 * nn_plain.h - layers written out in double, by the formulas of their headers.
 *
 * w is all weights of p in double; x [n, in], y [n, out].
 */
#ifndef NN_PLAIN_H
#define NN_PLAIN_H

#include "nn/transformer.h"
#include "numbers.h"

HELP void
plain_dense(const struct dense *l, const struct params *p, const double *w,
	const double *x, size_t n, double *y)
{
	const double *m = w + p->row[l->weight].at;

	for (size_t v = 0; v < n; v++)
		for (size_t o = 0; o < l->out; o++) {
			double sum = l->bias == DENSE_NONE
				? 0
				: w[p->row[l->bias].at + o];

			for (size_t i = 0; i < l->in; i++)
				sum += m[o * l->in + i] * x[v * l->in + i];
			y[v * l->out + o] = sum;
		}
}

HELP void
plain_norm(const struct norm *l, const struct params *p, const double *w,
	const double *x, size_t n, double *y)
{
	size_t d = l->d;

	for (size_t v = 0; v < n; v++, x += d, y += d) {
		double mean = 0, var = 0;

		for (size_t i = 0; i < d; i++)
			mean += x[i] / (double)d;
		for (size_t i = 0; i < d; i++)
			var += (x[i] - mean) * (x[i] - mean) / (double)d;
		for (size_t i = 0; i < d; i++)
			y[i] = w[p->row[l->gain].at + i] * (x[i] - mean) /
					sqrt(var + 1e-5) +
				w[p->row[l->bias].at + i];
	}
}

HELP double
plain_gelu(double x)
{
	double u = sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);

	return x / 2 * (1 + tanh(u));
}

/* One query of one head: in [n, 3 width]. */
HELP void
plain_query(const struct attention *a, const double *in, size_t n, size_t v,
	size_t head, double *out)
{
	size_t w = a->width, m = w / a->heads, at = head * m;
	double *p = mem_alloc(n, sizeof(*p)), sum = 0;

	for (size_t u = 0; u < n; u++) {
		double s = 0;

		for (size_t i = at; i < at + m; i++)
			s += in[v * 3 * w + i] * in[u * 3 * w + w + i];
		p[u] = exp(s / sqrt((double)m));
		sum += p[u];
	}
	for (size_t i = at; i < at + m; i++) {
		out[v * w + i] = 0;
		for (size_t u = 0; u < n; u++)
			out[v * w + i] +=
				p[u] / sum * in[u * 3 * w + 2 * w + i];
	}
	free(p);
}

HELP void
plain_attention(
	const struct attention *a, const double *in, size_t n, double *out)
{
	for (size_t v = 0; v < n; v++)
		for (size_t h = 0; h < a->heads; h++)
			plain_query(a, in, n, v, h, out);
}

HELP void
plain_transformer(const struct transformer *l, const struct params *p,
	const double *w, const double *x, size_t n, double *y)
{
	size_t size = n * l->attention.width;
	double *a = mem_alloc(4 * size, sizeof(*a));
	double *b = mem_alloc(4 * size, sizeof(*b));
	double *m = mem_alloc(size, sizeof(*m));

	plain_norm(&l->norm1, p, w, x, n, a);
	plain_dense(&l->split, p, w, a, n, b);
	plain_attention(&l->attention, b, n, a);
	plain_dense(&l->join, p, w, a, n, m);
	for (size_t i = 0; i < size; i++)
		m[i] += x[i];
	plain_norm(&l->norm2, p, w, m, n, a);
	plain_dense(&l->fc1, p, w, a, n, b);
	for (size_t i = 0; i < 4 * size; i++)
		b[i] = plain_gelu(b[i]);
	plain_dense(&l->fc2, p, w, b, n, y);
	for (size_t i = 0; i < size; i++)
		y[i] += m[i];
	free(a);
	free(b);
	free(m);
}

#endif
