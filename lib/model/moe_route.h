/*
 * moe_route.h - the choice of a layer: its router, its codebook, capacity.
 *
 * Fills scores, p, lse, codes, experts, weight, paths, gate, load, dropped of
 * the work from h (moe_layer.h).
 */
#ifndef MODEL_MOE_ROUTE_H
#define MODEL_MOE_ROUTE_H

#include "model/moe_layer.h"

/* n <= w->room rows, which begin where a window of capacity begins. */
void moe_route_rows(const struct moe_layer *l, struct moe_layer_work *w,
	size_t n, struct pool *pool);

#endif
