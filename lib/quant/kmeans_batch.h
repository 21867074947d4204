/*
 * kmeans_batch.h - k-means of a stream that comes in batches.
 *
 * Shapes: x is [n, d], centre [k, d].  A code moves towards each vector it
 * wins by 1 / (vectors won so far), so that it is their mean (Sculley 2010,
 * "Web-scale k-means clustering"); the winners of a batch are those of its
 * beginning.  A code that won none of the last 50 k vectors (k codes in equal
 * use win each of them with 1 - e^-50) is re-seeded from the vectors of the
 * batch that are served worst, as if it had won that one alone.
 */
#ifndef QUANT_KMEANS_BATCH_H
#define QUANT_KMEANS_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"

#define KMEANS_BATCH_WINDOW 16 /* batches whose errors are averaged */

struct kmeans_batch {
	size_t k, d;
	float *centre; /* [k, d] */
	double *won;   /* [k] vectors won */
	size_t *idle;  /* [k] vectors since the last one won */
	size_t batches, reseeded;
	double error[2]; /* sums of this window and of the one before */
};

/* centre is copied; each code counts as if it had won `won` vectors. */
void kmeans_batch_init(struct kmeans_batch *b, const float *centre, size_t k,
	size_t d, double won);
void kmeans_batch_free(struct kmeans_batch *b);

/* One batch, n >= 1: search it and learn from it.  Returns the mean squared
 * distance (a sum over dimensions) before the codes move. */
double kmeans_batch_step(
	struct kmeans_batch *b, const float *x, size_t n, struct pool *pool);

/* The same where the winners idx [n] are known already. */
double kmeans_batch_take(
	struct kmeans_batch *b, const float *x, const uint32_t *idx, size_t n);

/* Has the error of the last full window of KMEANS_BATCH_WINDOW batches fallen
 * by less than this share below the window before?  Asked between windows,
 * and before there are two of them, the answer is no. */
bool kmeans_batch_settled(const struct kmeans_batch *b, double tolerance);

#endif
