/*
 * step_entropy.h - the loss that makes choices sharp and codes even.
 *
 *     entropy_weight (each - all), summed over columns
 *
 * of soft_codes.h, for a column's remainders r and its codes as searched, with
 * the mean squared distance of r to their codes as temperature, held.  It is
 * measured on the first rows of the batch, as many as have STEP_ENTROPY_PAIRS
 * of a row and a code.
 */
#ifndef MODEL_STEP_ENTROPY_H
#define MODEL_STEP_ENTROPY_H

#include "model/step.h"

#define STEP_ENTROPY_PAIRS ((size_t)1 << 24)

/* The rows of n that it is measured on: at least 1. */
size_t step_entropy_rows(size_t n, size_t k);

/* Behind the search, and behind what sets dz: the loss; its gradients are
 * added to those of codes that learn by gradient, and to dz. */
double step_entropy(struct step *s);

#endif
