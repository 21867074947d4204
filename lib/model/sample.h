/*
 * sample.h - vectors that a start or a judgement sees at once.
 */
#ifndef MODEL_SAMPLE_H
#define MODEL_SAMPLE_H

#include <stddef.h>

#include "model/field_loss.h"
#include "nn/grid.h"

/* Borrowed.  A grid without fields: the vectors are no neighbours. */
struct sample {
	const float *x; /* [n, dim], normalized */
	const float *w; /* [n] weights; NULL: 1 each */
	size_t n;
	struct grid grid;        /* of n tokens */
	struct field_loss *loss; /* that decoded crops are judged by; NULL:
	                            the squared error */
};

/* Its grid, or one of n fields of one token. */
static inline struct grid
sample_grid(const struct sample *s)
{
	return s->grid.count ? s->grid : (struct grid){ s->n, 1, 1 };
}

#endif
