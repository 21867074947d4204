/*
 * usage_drift.h - how far the usage of a codebook moved between two counts of
 * it, which need not be of the same tokens.
 *
 * With counts a (before, A in all) and b (now, B in all) of k codes:
 *
 *     js_distance  sqrt of the Jensen-Shannon divergence in bits, 0..1
 *                  (drift_distance in drift.h)
 *     psi          population stability index, sum (q - p) ln (q / p) with
 *                  p = (a + 1/2) / (A + k/2) and q likewise: half a token is
 *                  added to each code, so that no term is infinite.  Its usual
 *                  reading (Siddiqi 2006): below 0.1 stable, above 0.25 moved
 *     psi_noise    (k - 1) (1/A + 1/B): about what two samples of the same
 *                  usage have (Yurdakul and Naranjo 2020), an upper bound
 *                  where codes are rare
 */
#ifndef STATS_USAGE_DRIFT_H
#define STATS_USAGE_DRIFT_H

#include <stddef.h>

#include "stats/counts.h"

struct usage_drift {
	double js_distance, psi, psi_noise; /* NaN where either has no tokens */
	size_t new_codes;                   /* used now, not before */
	size_t vanished_codes;              /* used before, not now */
};

/* k: of the larger of the two codebooks, above every code; 0 (without tokens):
 * not known. */
struct usage_drift usage_drift_of(
	const struct counts *before, const struct counts *now, size_t k);

#endif
