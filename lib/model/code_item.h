/*
 * code_item.h - what an item of codes will be once decoded.
 *
 * From the shape of its codes, the model, and the metadata as far as they are
 * there: a bare array of codes decodes too.
 */
#ifndef MODEL_CODE_ITEM_H
#define MODEL_CODE_ITEM_H

#include <stdbool.h>

#include "media/limit.h"
#include "model/decoder.h"
#include "model/sink.h"
#include "tensor/stream.h"

struct code_item {
	struct decoder_item decoder;
	struct sink_item head; /* of what is decoded; meta is owned, the
	                          columns are set by the caller */
	struct column main;
	size_t rows_most; /* rows of tokens that the limit allows */
	size_t fold;      /* rows of tokens in one entry of the first axis */
};

/*
 * From the first part of an item.  any_model: codes of another model are
 * taken all the same.  stages: decode the first ones; 0: all there are.
 * -1: the model cannot decode it, and why.
 */
struct code_item_opts {
	const struct model *model;
	bool any_model;
	size_t stages;
	struct limit limit; /* of what is decoded */
	const char *program;
};
int code_item_find(struct code_item *c, const struct part *p,
	const struct code_item_opts *o, struct err *e);
void code_item_free(struct code_item *c);

#endif
