/*
 * route_meta.h - what the metadata of routed items say.
 */
#ifndef MODEL_ROUTE_META_H
#define MODEL_ROUTE_META_H

#include "model/route.h"

/*
 * Fill m (empty): the item's own keys that nobody here knows, and kind =
 * routes, media = rows, item, rows, model (the router's fingerprint), program,
 * router, experts, top, layer, capacity, codes (k of a codebook), and
 * shadow.model, shadow.router, shadow.experts of a second router.
 */
void route_meta_fill(
	struct meta *m, const struct route_opts *o, const struct item_info *i);

/* Of these the part that is the item's: its own keys, media, item, rows. */
void route_meta_item(struct meta *m, const struct item_info *i);

#endif
