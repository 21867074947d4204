/*
 * leaves_tree.h - which codes are alike: the k-d tree of leaves.h.
 */
#ifndef KERNEL_LEAVES_TREE_H
#define KERNEL_LEAVES_TREE_H

#include "kernel/leaves.h"

/* From the codes as they are now: directions u, the tree, and the numbers of
 * the codes in each leaf; boxes are empty. */
void leaves_tree_plant(struct leaves *l, const struct panel *codes);

/* The leaf where a vector with these features belongs. */
uint32_t leaves_tree_find(const struct leaves *l, const float *feature);

#endif
