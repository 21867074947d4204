/*
 * code_tree.h - the codes of a codebook as leaves of a binary tree, such that
 * those alike are near each other.
 *
 * Leaf i is below node 1 along the `depth` bits of i, the highest first; the
 * children of node n are 2 n and 2 n + 1.  There are k leaves, 0 to k - 1.  The
 * codes below a node are split at the median of their projections on the axis
 * of their largest variance: sums, products and square roots of floats in one
 * order, so that every machine finds the same tree.
 */
#ifndef QUANT_CODE_TREE_H
#define QUANT_CODE_TREE_H

#include <stddef.h>
#include <stdint.h>

struct code_tree {
	size_t k;
	unsigned depth; /* 2^depth >= k, and no smaller */
	uint32_t *leaf; /* [k]: of a code */
	uint32_t *code; /* [k]: of a leaf */
};

/* q is [k, d]. */
void code_tree_init(struct code_tree *t, const float *q, size_t k, size_t d);
void code_tree_free(struct code_tree *t);

/* The first leaf below a node that is `level` bits above leaves. */
static inline size_t
code_tree_first(const struct code_tree *t, size_t node, unsigned level)
{
	return (node << level) - ((size_t)1 << t->depth);
}

/* Are there leaves on its right? */
static inline int
code_tree_forks(const struct code_tree *t, size_t node, unsigned level)
{
	return code_tree_first(t, 2 * node + 1, level - 1) < t->k;
}

/* How many leaves are below a node whose first one is `first`. */
static inline size_t
code_tree_below(const struct code_tree *t, size_t first, unsigned level)
{
	size_t all = (size_t)1 << level;

	if (first >= t->k)
		return 0;
	return t->k - first < all ? t->k - first : all;
}

#endif
