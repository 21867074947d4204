/*
 * probes.h - the same tokens through the checkpoints of a training.
 *
 * A token's experts are a set, as in agreement.h.  A checkpoint at which every
 * assignment is dropped is not there yet (a path that starts later in the
 * training), or not any more: it is compared with nothing.
 */
#ifndef STATS_PROBES_H
#define STATS_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Columns [col, col + cols) of expert [checkpoints, n, stride]. */
struct probes {
	size_t checkpoints, n, stride, col, cols;
	const uint16_t *const *expert; /* [checkpoints] of [n, stride] */
};

/* The experts of a token at a checkpoint: cols numbers. */
const uint16_t *probes_at(const struct probes *p, size_t checkpoint, size_t i);

bool probes_there(const struct probes *p, size_t checkpoint);

/*
 * last [n]: the last checkpoint at which the token's set was another than at
 * the one before that is there; the first one that is there where it never
 * changed.
 */
void probes_last_change(const struct probes *p, size_t *last);

/*
 * How long expert e keeps its tokens: of those it had at the first checkpoint
 * where it had any, after how many checkpoints half or more have left it.
 * *tokens is how many they were.  INFINITY: they stayed through the last one;
 * NaN: it never had any.
 */
double probes_lifetime(const struct probes *p, uint16_t e, size_t *tokens);

/*
 * Quantile q in [0, 1] of n sorted values, interpolated between the two that
 * are nearest; infinite ones may be among them.  NaN for n = 0.
 */
double probes_quantile(const double *sorted, size_t n, double q);

#endif
