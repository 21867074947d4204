/*
 * half.h - a model whose weights are kept as F16, half as large.
 *
 * What is encoded, decoded and judged are the rounded weights: they are the
 * model.  transform.mu and transform.scale stay as they are.
 */
#ifndef MODEL_HALF_H
#define MODEL_HALF_H

#include "tensor/record.h"
#include "util/err.h"

/*
 * F32 tensors of net and codebooks (encoder, decoder, quantize) to F16, ties to
 * even; but not those of half_trim.  A weight beyond 65,504 is an error.
 */
int half_round(struct record *r, struct err *e);

/* Where a codebook is stored, take away embedding.weight and embedding_proj,
 * which it was made from and only training reads; not where project_out is
 * beside it (fc, fsq, lfq), whose training goes on with them alone. */
void half_trim(struct record *r);

#endif
