/*
 * moe_item_check.h - do an item and a trained model go together, and did what
 * the model gave stay within floats?
 */
#ifndef MODEL_MOE_ITEM_CHECK_H
#define MODEL_MOE_ITEM_CHECK_H

#include "model/moe.h"
#include "model/source.h"

int moe_item_check_input(
	const struct moe *m, const struct item_info *i, struct err *e);

/* The first of n rows with NaN or infinity in a column of floats, or n.  A
 * margin may be infinite: where all codes have one expert. */
size_t moe_item_check_rows(const struct column *col, const void *const *data,
	size_t cols, size_t n);

#endif
