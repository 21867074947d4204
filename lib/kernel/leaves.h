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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/panel.h"
#include "util/pool.h"

#define LEAVES_MOST_CODES 0x80000000u

struct leaves {
	struct near_codes codes; /* a leaf is a group */
	float *u;                /* [2, d] */
	struct leaves_node *node;
	double largest; /* max |c|^2 */
	bool stale;     /* the codes have changed since */
	int age;        /* changes that the tree has seen */

	/* The searches' own notes: passes not to try, and trials in a row
	 * that did not pay. */
	atomic_int pause, failures;
};

/*
 * code is [k, d], centre [d]; codes is made of them: centred, packed and with
 * half norms as start.  pool may be NULL.  NULL where it cannot pay (few codes,
 * few numbers) or bounds could not be trusted (numbers so large, small or
 * broken that squares leave the range).
 */
struct leaves *leaves_new(const struct panel *codes, const float *code,
	const float *centre, struct pool *pool);
void leaves_free(struct leaves *l);

/*
 * The same after codes of the same shape have moved a little: the tree stays,
 * boxes and copies are new.  False, and stale, where bounds cannot be trusted.
 */
bool leaves_move(struct leaves *l, const struct panel *codes, const float *code,
	const float *centre, struct pool *pool);

#endif
