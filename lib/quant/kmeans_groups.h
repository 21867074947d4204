/*
 * kmeans_groups.h - a codebook in groups of neighbouring codes, each of which
 * can be scored alone.  Part of k-means.
 *
 * The scores are those of the search of the whole codebook (nearest.h), bit
 * for bit: codes and vectors are centred by the whole codebook's mean.
 */
#ifndef QUANT_KMEANS_GROUPS_H
#define QUANT_KMEANS_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/panel.h"
#include "util/pool.h"

struct kmeans_groups {
	size_t k, d;
	size_t groups, size; /* codes a group, a multiple of PANEL; the last
				may hold fewer */
	uint32_t *group;     /* [k] of each code */
	uint32_t *member;    /* [k] codes by group, ascending in each */
	struct panel *part;  /* [groups]: row i is member[g * size + i]; rows
				beyond the last code score -infinity */
	float *centre;       /* [d] the codebook's mean */
	double reach;        /* the largest |c|^2, centred */
};

/* At most `most` groups of the codes code [k, d]; k >= 1. */
void kmeans_groups_init(struct kmeans_groups *g, const float *code, size_t k,
	size_t d, size_t most);
void kmeans_groups_free(struct kmeans_groups *g);

/* Codes of a group. */
size_t kmeans_groups_codes(const struct kmeans_groups *g, size_t group);

/* Prepare the scores of these codes; the groups stay as they are. */
void kmeans_groups_pack(
	struct kmeans_groups *g, const float *code, struct pool *pool);

#endif
