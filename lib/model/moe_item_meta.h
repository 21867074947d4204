/*
 * moe_item_meta.h - what the metadata of items out of a trained model say.
 */
#ifndef MODEL_MOE_ITEM_META_H
#define MODEL_MOE_ITEM_META_H

#include "model/moe_item.h"

/*
 * Fill m (empty) for the routes of a layer, as route_meta.h does: and
 * `discrete`, how many of the last columns go by code.  With apply: kind =
 * vectors, and layer only if it is one layer's.
 */
void moe_item_meta_fill(struct meta *m, const struct moe_item_opts *o,
	const struct item_info *i, size_t layer);

#endif
