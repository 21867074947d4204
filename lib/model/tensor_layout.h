/*
 * tensor_layout.h - what a tensor is as an item: image, sound or rows.
 */
#ifndef MODEL_TENSOR_LAYOUT_H
#define MODEL_TENSOR_LAYOUT_H

#include "model/source.h"

struct tensor_layout {
	enum item_kind kind;
	enum dtype dtype; /* of the first part, and its shape */
	size_t rank, shape[TENSOR_RANK_MAX];
	size_t cols;     /* numbers in a row */
	size_t fold;     /* rows in one entry of the first axis */
	float full;      /* full scale of whole numbers; 0: as they are */
	size_t declared; /* entries of the first axis in all parts, or
	                    SOURCE_UNKNOWN */
};

/* The words for an item whose last part says so or never came. */
#define TENSOR_LAYOUT_CUT \
	"incomplete: the program that wrote it failed or was stopped"

/*
 * From an item's first part; fills i (all but item and meta).  named: the
 * user chose the tensor, so it is rows whatever its name.
 */
int tensor_layout_find(struct tensor_layout *l, const struct part *p,
	bool named, struct item_info *i, struct err *e);

/* True if x has this layout but for its first axis. */
bool tensor_layout_same(const struct tensor_layout *l, const struct tensor *x);

#endif
