/*
 * depthwise.h - convolution of each channel by itself, a row at a time.
 *
 * A row is w columns of d channels, [w, d].  Of the rows in[0 .. kh) around
 * an output row, with kw / 2 columns beyond its ends that are not there,
 *
 *     y[x] = start[x] + sum over ky, kx of
 *            weight[ky kw + kx] in[ky][x + kx - kw / 2]
 *
 * in which in[ky] is NULL outside the grid: such terms are left out.  For each
 * number this is one chain of fused multiply-adds, in the order of ky, then kx:
 * the same bits on any machine and for any split of the rows.
 */
#ifndef KERNEL_DEPTHWISE_H
#define KERNEL_DEPTHWISE_H

#include <stddef.h>

/* kh and kw are odd. */
struct depthwise {
	size_t kh, kw, w, d;
};

/* The columns x whose neighbour x + kx - kw / 2 is there: from .. to. */
struct depthwise_span {
	size_t from, to;
};

static inline struct depthwise_span
depthwise_span(const struct depthwise *s, size_t kx)
{
	size_t half = s->kw / 2, cut = kx < half ? half - kx : kx - half;

	if (cut >= s->w)
		return (struct depthwise_span){ 0, 0 };
	return kx < half ? (struct depthwise_span){ cut, s->w }
			 : (struct depthwise_span){ 0, s->w - cut };
}

/* weight is [kh kw, d]; start is [w, d] where step is d, one row [d] for all
 * columns where step is 0.  y may be start. */
void depthwise_row(const struct depthwise *s, const float *const *in,
	const float *weight, const float *start, size_t step, float *y);

/* The gradients by the weights: dweight [kh kw, d] += for one row dy [w, d],
 * column by column. */
void depthwise_back(const struct depthwise *s, const float *const *in,
	const float *dy, float *dweight);

/* Both in plain C: the definition. */
void depthwise_row_ref(const struct depthwise *s, const float *const *in,
	const float *weight, const float *start, size_t step, float *y);
void depthwise_back_ref(const struct depthwise *s, const float *const *in,
	const float *dy, float *dweight);

/* to [kh kw, d]: the weights of the convolution that takes dy to dx. */
void depthwise_turn(const struct depthwise *s, const float *weight, float *to);

#endif
