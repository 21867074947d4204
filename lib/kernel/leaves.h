/*
 * leaves.h - a codebook in groups of codes that are alike, so that a search
 * can prove of most groups that they do not hold the winner.
 *
 * A vector is seen by three features: its products with two orthonormal
 * directions u, and the norm of what they leave.  Features are never farther
 * apart than the vectors (the map is 1-Lipschitz), so the distance of a
 * vector's features to the box that holds a group's features is a bound.  The
 * groups are the leaves of a k-d tree over the features (Bentley 1975), cut at
 * medians.
 */
#ifndef KERNEL_LEAVES_H
#define KERNEL_LEAVES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/panel.h"

struct leaves {
	struct near_codes codes; /* a leaf is a group */
	float *u;                /* [2, d] */
	struct leaves_node *node;
	double largest;   /* max |c|^2 */
	atomic_int pause; /* passes not to try: the searches' own note */
};

/*
 * From codes that are centred, packed and with their half norms as start.
 * NULL where it cannot pay (few codes, few numbers) or bounds could not be
 * trusted (numbers so large, small or broken that squares leave the range).
 */
struct leaves *leaves_new(const struct panel *codes);
void leaves_free(struct leaves *l);

/* The leaf where a vector with these features belongs. */
uint32_t leaves_find(const struct leaves *l, const float *feature);

#endif
