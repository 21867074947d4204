/*
 * nn_gradients.h - gradients against central differences of a plain version in
 * double, which a test writes as one function of arrays of its own.
 */
#ifndef NN_GRADIENTS_H
#define NN_GRADIENTS_H

#include "nn/params.h"
#include "numbers.h"

#define MOST_PROBES 40U

/* The loss, of arrays in double as they are now. */
typedef double plain_loss(const void *arg);

HELP double *
doubles(const float *x, size_t n)
{
	double *to = mem_alloc(n, sizeof(*to));

	for (size_t i = 0; i < n; i++)
		to[i] = (double)x[i];
	return to;
}

/* sum_i a_i b_i: the loss whose gradient by b is a. */
HELP double
dot(const float *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

/* By x[i], to be `got - had`, within a part of their size that is small, so
 * that no array of zeros passes.  All numbers, or some at random; x[i] goes h
 * up and down. */
HELP void
gradient_within(double part, double h, struct rng *r, const float *got,
	float had, double *x, size_t n, plain_loss *loss, const void *arg)
{
	size_t at[MOST_PROBES], probes = n < MOST_PROBES ? n : MOST_PROBES;
	double want[MOST_PROBES], square = 0;

	for (size_t j = 0; j < probes; j++) {
		size_t i = at[j] = probes < n ? rng_below(r, n) : j;
		double keep = x[i], up;

		x[i] = keep + h;
		up = loss(arg);
		x[i] = keep - h;
		want[j] = (up - loss(arg)) / (2 * h);
		x[i] = keep;
		square += want[j] * want[j];
	}
	square = sqrt(square / (double)probes);
	assert_true(square > 1e-9);
	for (size_t j = 0; j < probes; j++)
		near((double)got[at[j]] - (double)had, want[j], part * square);
}

HELP void
gradient_is(struct rng *r, const float *got, float had, double *x, size_t n,
	plain_loss *loss, const void *arg)
{
	gradient_within(1e-4, 1e-5, r, got, had, x, n, loss, arg);
}

/* A gradient is added to what is there: ones. */
HELP void
all_ones(float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = 1;
}

HELP float *
ones(size_t n)
{
	float *x = mem_floats(n);

	all_ones(x, n);
	return x;
}

#endif
