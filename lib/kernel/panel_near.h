/*
 * panel_near.h - panels of codes in groups with bounds, and PANEL vectors that
 * look for their nearest among them: what leaves.h builds and prune.h searches.
 *
 * Codes and vectors have NEAR_FEATURES numbers each whose distance is at most
 * that of code and vector.  A group's box holds those of its codes.
 */
#ifndef KERNEL_PANEL_NEAR_H
#define KERNEL_PANEL_NEAR_H

#include <stddef.h>
#include <stdint.h>

#define NEAR_FEATURES 3

struct near_codes {
	struct panel panel;
	uint32_t *row; /* [panel.count * PANEL] their numbers, below 2^31 */
	float *rest;   /* the same: at least the norm beyond head numbers */
	size_t head;   /* numbers after which to look again; d: never */

	size_t groups, stride; /* stride: groups, rounded up to PANEL */
	size_t *first;         /* [groups + 1] the panels of each */
	float *lo, *hi;        /* [FEATURES, stride] the boxes; beyond the
	                          last nothing is in reach */
};

/* 64-byte aligned; score and idx are what was found so far. */
struct near_vectors {
	float score[PANEL];
	uint32_t idx[PANEL];
	float rest[PANEL];  /* at least the norm beyond head */
	float slack[PANEL]; /* what rounding may add to a score */
	float base[PANEL];  /* base - 2 score: beyond that squared distance
	                       of features no code wins */
	float f[NEAR_FEATURES][PANEL];
	float *x;                                   /* [d, PANEL] */
	float lo[NEAR_FEATURES], hi[NEAR_FEATURES]; /* the box of f */
} __attribute__((aligned(64)));

#endif
