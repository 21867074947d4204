/*
 * drift.h - how far the codes of the same tokens moved between two models.
 *
 * Shapes: was and is are [n, columns], the codes before and after; column c had
 * k[c] codes before.  Where codebooks have grown, root[c][j] is the old code
 * that code j of column c was split from, j itself below k[c]; root NULL: they
 * have not.
 *
 *     churn    share of tokens with a column whose code is now another, and not
 *              one that was split from it
 *     split    share of tokens where codes changed, but only to such ones
 *     distance Jensen-Shannon distance of the usage before and after
 *
 * A split code's usage counts as its root's.
 */
#ifndef STATS_DRIFT_H
#define STATS_DRIFT_H

#include <stddef.h>
#include <stdint.h>

struct drift {
	size_t tokens;       /* N */
	double churn, split; /* shares, 0..1 */
	double distance;     /* of all columns: their mean */
};

struct drift_codes {
	const uint32_t *was, *is;
	size_t n, columns;
	const size_t *k;
	uint32_t *const *root;
};

/* All columns together, and each: column is [columns], or NULL.  NaN without
 * tokens. */
void drift_measure(const struct drift_codes *codes, struct drift *all,
	struct drift *column);

/*
 * sqrt(JSD), where with p = a / sum a, q = b / sum b and m = (p + q) / 2
 *
 *     JSD = (sum p log2 p/m + sum q log2 q/m) / 2
 *
 * (Lin 1991; its root is a metric: Endres and Schindelin 2003): 0 for equal
 * usage, 1 where no code is used by both.  a and b are [k] counts; NaN where
 * either has none.
 */
double drift_distance(const uint64_t *a, const uint64_t *b, size_t k);

#endif
