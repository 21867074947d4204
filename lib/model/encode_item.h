/*
 * encode_item.h - one item from a source through an encoder to a job.
 */
#ifndef MODEL_ENCODE_ITEM_H
#define MODEL_ENCODE_ITEM_H

#include "model/encoder.h"
#include "model/job.h"
#include "model/labels.h"
#include "model/source.h"
#include "model/token_meta.h"

struct encode_item {
	struct token_meta meta;
	const struct labels *labels;       /* NULL: none */
	const struct code_model *probable; /* of packed codes (sink.h) */
	bool progress;                     /* this is the only job */
};

/*
 * The item that source_next gave: its tokens, and beside them the tensors
 * that came along and its label `y`.  An error is told and counted by the job.
 */
void encode_item(const struct encode_item *how, struct encoder *x,
	struct source *s, const struct item_info *i, struct job *job);

#endif
